package org.sparkglmm.core.benchmark;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.design.BlockAssembler;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterIds;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RandomTerm;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.design.RowChunk;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;

/**
 * Simulated visits of persons, in blocks as a fit has them: η = β'(1, time, sexM, cohort1960s, cohort1970s, bmi25) + b'z, of
 * which sex and cohort are constant within persons; z is the first q of (1, time, bmi25).
 *
 * @param family with its categories, if it has any
 */
record Visits(Design design, Family family, List<ClusterBlock> blocks) {
    /** As the program cuts a table. */
    private static final int ROWS_A_BLOCK = 32_768;

    private static final double[] BETA = {-0.5, 0.3, -0.4, 0.2, 0.5, -0.05};
    private static final double[] SD = {1, 0.3, 0.05};
    private static final double[] THRESHOLDS = {-1, 0.5, 2};
    private static final List<String> GRADES = List.of("none", "mild", "moderate", "severe");

    private static final DesignColumn TIME = numeric("time");
    private static final DesignColumn BMI = numeric("bmi25");
    private static final List<DesignColumn> FIXED = List.of(
            DesignColumn.intercept(),
            TIME,
            indicator("sexM", "sex", 1),
            indicator("cohort1960s", "cohort", 1),
            indicator("cohort1970s", "cohort", 2),
            BMI);
    private static final List<DesignColumn> RANDOM = List.of(DesignColumn.intercept(), TIME, BMI);

    /**
     * Draws them.
     *
     * @param name of the family: binomial, poisson or ordinal
     * @param q number of random effects, 1 to 3
     */
    static Visits of(String name, int q, int persons, int visits) {
        boolean ordinal = name.equals("ordinal");
        Family known = Families.named(name);
        Family family = ordinal ? known.withCategories(GRADES) : known;
        Design design = new Design(
                List.of(
                        new RawColumn("y", "y", ordinal ? GRADES : List.of()),
                        number("time"),
                        new RawColumn("sex", "sex", List.of("F", "M")),
                        new RawColumn("cohort", "cohort", List.of("1950s", "1960s", "1970s")),
                        number("bmi25")),
                0,
                -1,
                -1,
                List.of(),
                ordinal ? FIXED.subList(1, FIXED.size()) : FIXED,
                RandomTerm.ofClusters("person", List.of(RANDOM.subList(0, q))));
        int rows = persons * visits;
        RowChunk chunk = new RowChunk(ClusterIds.ofNumbers(rows), design.raw().size(), rows);
        SplittableRandom random = new SplittableRandom(1);
        for (int person = 0; person < persons; person++) {
            int sex = random.nextInt(2);
            int cohort = random.nextInt(3);
            double bmi25 = 4 * RandomVariates.normal(random);
            double[] b = new double[SD.length];
            for (int r = 0; r < q; r++) {
                b[r] = SD[r] * RandomVariates.normal(random);
            }
            double time = 0;
            for (int visit = 0; visit < visits; visit++) {
                double eta = BETA[0]
                        + BETA[1] * time
                        + BETA[2] * sex
                        + (cohort == 0 ? 0 : BETA[2 + cohort])
                        + BETA[5] * bmi25
                        + b[0]
                        + b[1] * time
                        + b[2] * bmi25;
                int row = chunk.openRow();
                chunk.set(0, row, outcome(name, eta, random));
                chunk.set(1, row, time);
                chunk.set(2, row, sex);
                chunk.set(3, row, cohort);
                chunk.set(4, row, bmi25);
                chunk.ids().add(person);
                time += 0.5 * random.nextDouble();
                bmi25 += 0.4 * RandomVariates.normal(random);
            }
        }
        int blocks = (rows + ROWS_A_BLOCK - 1) / ROWS_A_BLOCK;
        return new Visits(design, family, new BlockAssembler(design, family, blocks).assemble(chunk));
    }

    private static double outcome(String family, double eta, SplittableRandom random) {
        return switch (family) {
            case "binomial" -> random.nextDouble() < LogScale.logistic(eta) ? 1 : 0;
            case "poisson" -> RandomVariates.poisson(Elementary.exp(eta), random);
            case "ordinal" -> grade(eta, random);
            default -> throw new IllegalArgumentException("no outcomes are drawn for family " + family);
        };
    }

    private static int grade(double eta, SplittableRandom random) {
        double u = RandomVariates.uniform(random);
        double latent = eta + Elementary.log(u / (1 - u));
        int grade = 0;
        while (grade < THRESHOLDS.length && latent > THRESHOLDS[grade]) {
            grade++;
        }
        return grade;
    }

    private static RawColumn number(String name) {
        return new RawColumn(name, name, List.of());
    }

    private static DesignColumn numeric(String name) {
        return new DesignColumn(name, List.of(new Component(name, Component.NUMERIC)));
    }

    private static DesignColumn indicator(String name, String variable, int level) {
        return new DesignColumn(name, List.of(new Component(variable, level)));
    }
}
