package org.sparkglmm.ml;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.spark.cli.TestSession;

/** The estimator as a notebook uses it. */
class GlmmTest {
    private static Dataset<Row> contraception;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        SparkSession spark = TestSession.get();
        contraception = spark.read()
                .option("header", "true")
                .option("inferSchema", "true")
                .csv("../data-samples/contraception/data.csv");
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static Glmm glmm() {
        return new Glmm()
                .setFormula("use ~ urban + age + age2 + livch + (1 | district)")
                .setFamily("binomial")
                .setNodes(1);
    }

    @Test
    void fitsAndTransforms() {
        GlmmModel model = glmm().fit(contraception);
        // contraception_ri: glmmTMB's Laplace.
        assertEquals(-1186.3642911819, model.result().logLikelihood(), 1e-6);
        assertEquals(60, model.randomEffects().count());
        assertTrue(model.summary().contains("Odds ratios"));
        Dataset<Row> predicted = model.transform(contraception);
        assertEquals(
                contraception.count(),
                predicted.filter("response_conditional is not null").count());
        assertEquals(model.transformSchema(contraception.schema()), predicted.schema());
        model.unpersist();
    }

    /** A column in the middle that the fit drops must not shift those behind it for whoever reads the blocks later. */
    @Test
    void aDroppedColumnChangesNobodysEffects() {
        Dataset<Row> table = contraception.withColumn("wave", functions.lit(3));
        GlmmModel plain = glmm().fit(table);
        GlmmModel dropped = glmm().setFormula("use ~ urban + wave + age + I(2 * age) + age2 + livch + (1 | district)")
                .fit(table);
        assertEquals(plain.result().fixed().size(), dropped.result().fixed().size());
        List<Row> expected =
                plain.randomEffects().orderBy("district").select("re_intercept").collectAsList();
        List<Row> actual = dropped.randomEffects()
                .orderBy("district")
                .select("re_intercept")
                .collectAsList();
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).getDouble(0), actual.get(i).getDouble(0), 1e-5);
        }
        plain.unpersist();
        dropped.unpersist();
    }

    /**
     * glmmTMB 1.1.5: confint(glmmTMB(use ~ urban + age + livch + (urban | district), binomial), parm = "theta_", method =
     * "wald") for the standard deviations; the correlation's by Fisher's z from vcov(full = TRUE), for glmmTMB's own interval is
     * symmetric in rho / sqrt(1 - rho^2) instead. glmmTMB stops within some 1e-5 of the maximum.
     */
    @Test
    void intervalsOfStandardDeviationsAreThoseOfGlmmTMB() {
        GlmmModel model = glmm().setFormula("use ~ urban + age + livch + (urban | district)")
                .fit(contraception);
        RandomEffect term = model.result().random().get(0);
        assertArrayEquals(new double[] {0.44610923, 0.49713196}, term.sdLower(), 1e-5);
        assertArrayEquals(new double[] {0.85461470, 1.29128009}, term.sdUpper(), 1e-5);
        assertEquals(-0.93685014, term.corrLower()[1][0], 1e-5);
        assertEquals(-0.44287098, term.corrUpper()[1][0], 1e-5);
        model.unpersist();
    }

    @Test
    void robustStandardErrorsMakeTestsAndIntervalsIfAskedFor() {
        GlmmModel plain = glmm().fit(contraception);
        GlmmModel robust = glmm().setStandardErrors("robust").fit(contraception);
        for (int i = 0; i < plain.result().fixed().size(); i++) {
            FixedEffect a = plain.result().fixed().get(i);
            FixedEffect b = robust.result().fixed().get(i);
            assertEquals(a.se(), b.se());
            assertEquals(a.robustSe(), b.robustSe());
            assertEquals(a.estimate() / a.se(), a.z());
            assertEquals(b.estimate() / b.robustSe(), b.z());
            assertEquals(b.estimate() + 1.959963984540054 * b.robustSe(), b.upper());
        }
        assertTrue(robust.summary().contains("use the robust standard errors"), robust.summary());
        assertTrue(robust.json().contains("\"standardErrors\" : \"robust\""));
        assertThrows(
                UsageException.class, () -> glmm().setStandardErrors("sandwich").validate());
        plain.unpersist();
        robust.unpersist();
    }

    @Test
    void levelsMayBeAList() {
        List<String> given = List.of("urban=Y,N");
        assertEquals(
                glmm().setLevels("urban=Y,N").request().levels(),
                glmm().setLevels(given).request().levels());
    }

    @Test
    void worksInAPipelineAndCopiesItsParameters() {
        var fitted = new Pipeline().setStages(new PipelineStage[] {glmm()}).fit(contraception);
        assertEquals(contraception.count(), fitted.transform(contraception).count());
        Glmm copy = glmm().copy(ParamMap.empty());
        assertEquals(glmm().request().formula().text(), copy.request().formula().text());
        assertEquals(1, copy.options().nodes());
    }

    @Test
    void savesTheFolderThatTheCommandWrites() throws Exception {
        GlmmModel model = glmm().fit(contraception);
        Path out = folder.resolve("saved");
        model.save(out.toString(), "error");
        assertEquals(model.json(), Files.readString(out.resolve("model.json")));
        model.unpersist();
    }

    @Test
    void complainsInOneSentence() {
        UsageException e =
                assertThrows(UsageException.class, () -> glmm().setNodes("few").fit(contraception));
        assertTrue(e.getMessage().contains("auto or a whole number"), e.getMessage());
        assertThrows(UsageException.class, () -> new Glmm().fit(contraception));
    }
}
