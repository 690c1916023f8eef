package org.sparkglmm.spark.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;

/**
 * A registry-like table of visits with known truth. Every person has a random stream of its own, so the table depends on
 * the settings and not on how Spark splits the work.
 *
 * <p>Persons come to visits 0, 1, 2, … some years apart until they drop out (at random); sex and cohort are constant
 * within a person, bmi changes slowly and is sometimes missing. Outcomes: remission (yes/no), admissions (count) and
 * score (continuous), each with its own person effects on intercept and time.
 */
public final class RegistryGenerator implements Serializable {
    private static final long serialVersionUID = 1;

    private static final StructType SCHEMA = new StructType()
            .add("person", DataTypes.LongType, false)
            .add("time", DataTypes.DoubleType, false)
            .add("sex", DataTypes.StringType, false)
            .add("cohort", DataTypes.StringType, false)
            .add("bmi", DataTypes.DoubleType, true)
            .add("remission", DataTypes.IntegerType, false)
            .add("admissions", DataTypes.IntegerType, false)
            .add("score", DataTypes.DoubleType, false);

    private static final String[] COHORTS = {"1950s", "1960s", "1970s"};

    private final long persons;
    private final int visits;
    private final double dropout;
    private final double missing;
    private final long seed;

    /** @throws UsageException if a number is out of range */
    public RegistryGenerator(long persons, int visits, double dropout, double missing, long seed) {
        if (persons < 1 || visits < 1) {
            throw new UsageException("--persons and --visits: must be 1 or more");
        }
        if (!(dropout >= 0 && dropout < 1 && missing >= 0 && missing < 1)) {
            throw new UsageException("--dropout and --missing: must be from 0 to below 1");
        }
        this.persons = persons;
        this.visits = visits;
        this.dropout = dropout;
        this.missing = missing;
        this.seed = seed;
    }

    /** The coefficients that were used, in words. */
    public static String truth() {
        return """
                  remission  ~ time + sex + cohort + bmi25 + (1 + time | person), binomial (logit), bmi25 = bmi - 25:
                    (Intercept) -0.5, time 0.3, sexM -0.4, cohort1960s 0.2, cohort1970s 0.5, bmi25 -0.05;
                    person: sd 1.2 and 0.4, correlation -0.25
                  admissions ~ the same, poisson (log):
                    (Intercept) -0.2, time 0.1, sexM 0.2, cohort1960s -0.1, cohort1970s -0.2, bmi25 0.03;
                    person: sd 0.7 and 0.2, correlation 0.25
                  score      ~ the same, gaussian:
                    (Intercept) 50, time -1, sexM 2, cohort1960s 1, cohort1970s 2, bmi25 -0.3;
                    person: sd 8 and 1.5, correlation -0.25; residual sd 5""";
    }

    /** The table, in a number of partitions. */
    public Dataset<Row> table(SparkSession spark, int partitions) {
        FlatMapFunction<Long, Row> visits = this::visitsOf;
        return spark.range(0, persons, 1, partitions).flatMap(visits, Encoders.row(SCHEMA));
    }

    private Iterator<Row> visitsOf(Long person) {
        SplittableRandom random = new SplittableRandom(mix(seed) ^ mix(person + 1));
        boolean male = random.nextDouble() < 0.48;
        int cohort = random.nextInt(3);
        double bmi = 25 + 4 * RandomVariates.normal(random);
        double[] u = new double[6];
        for (int i = 0; i < u.length; i++) {
            u[i] = RandomVariates.normal(random);
        }
        double time = 0;
        List<Row> out = new ArrayList<>(visits);
        for (int visit = 0; visit < visits; visit++) {
            double bmi25 = Math.rint(10 * (bmi - 25)) / 10;
            double remission = -0.5
                    + 0.3 * time
                    - 0.4 * (male ? 1 : 0)
                    + (cohort == 1 ? 0.2 : cohort == 2 ? 0.5 : 0)
                    - 0.05 * bmi25
                    + effect(1.2, 0.4, -0.25, u[0], u[1], time);
            double admissions = -0.2
                    + 0.1 * time
                    + 0.2 * (male ? 1 : 0)
                    - 0.1 * cohort
                    + 0.03 * bmi25
                    + effect(0.7, 0.2, 0.25, u[2], u[3], time);
            double score = 50
                    - time
                    + 2 * (male ? 1 : 0)
                    + cohort
                    - 0.3 * bmi25
                    + effect(8, 1.5, -0.25, u[4], u[5], time)
                    + 5 * RandomVariates.normal(random);
            boolean yes = random.nextDouble() < LogScale.logistic(remission);
            int count = (int) RandomVariates.poisson(Elementary.exp(admissions), random);
            boolean lost = random.nextDouble() < missing;
            out.add(RowFactory.create(
                    person,
                    time,
                    male ? "M" : "F",
                    COHORTS[cohort],
                    lost ? null : 25 + bmi25,
                    yes ? 1 : 0,
                    count,
                    Math.rint(100 * score) / 100));
            if (random.nextDouble() < dropout) {
                break;
            }
            time = Math.rint(100 * (time + 0.5 + random.nextDouble())) / 100;
            bmi += 0.4 * RandomVariates.normal(random);
        }
        return out.iterator();
    }

    private static double effect(double sd0, double sd1, double rho, double u0, double u1, double time) {
        return sd0 * u0 + sd1 * (rho * u0 + Math.sqrt(1 - rho * rho) * u1) * time;
    }

    private static long mix(long h) {
        long z = h * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
