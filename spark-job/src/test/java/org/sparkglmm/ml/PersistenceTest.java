package org.sparkglmm.ml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.cli.TestSession;

/** What a session keeps of a fit, and what can be put on disk and had again. */
class PersistenceTest {
    private static Dataset<Row> contraception;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        contraception = TestSession.get()
                .read()
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
                .setFormula("use ~ urban + age + (1 | district)")
                .setFamily("binomial")
                .setLevels("urban=Y,N")
                .setNodes(1);
    }

    private static Set<Integer> cached() {
        return new JavaSparkContext(TestSession.get().sparkContext())
                .getPersistentRDDs()
                .keySet();
    }

    @Test
    void nothingStaysCachedOnceTheModelIsGivenBack() {
        assertEquals(Set.of(), cached());
        GlmmModel model = glmm().fit(contraception);
        assertEquals(1, cached().size(), "the blocks, for the persons' effects");
        model.randomEffects().count();
        model.transform(contraception).count();
        model.unpersist();
        assertEquals(Set.of(), cached());
        // With rows dropped, and persons whose every row is.
        model = glmm().fit(contraception.withColumn(
                "age", functions.when(functions.col("district").gt(3), functions.col("age"))));
        model.unpersist();
        assertEquals(Set.of(), cached());
    }

    @Test
    void nothingStaysCachedOfAFitThatFailed() {
        assertThrows(DataException.class, () -> glmm().setFamily("beta").fit(contraception));
        assertThrows(UsageException.class, () -> glmm().setLevels("urban=Y").fit(contraception));
        assertEquals(Set.of(), cached());
        Dataset<Row> failing = contraception.withColumn(
                "age", functions.raise_error(functions.lit("no")).cast("double"));
        assertThrows(Exception.class, () -> glmm().fit(failing));
        assertEquals(Set.of(), cached());
    }

    @Test
    void aPipelineIsSavedLoadedAndFitted() throws Exception {
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {glmm()});
        String path = folder.resolve("pipeline").toString();
        pipeline.save(path);
        Pipeline loaded = Pipeline.load(path);
        Glmm stage = (Glmm) loaded.getStages()[0];
        assertEquals(glmm().settings(), stage.settings());
        GlmmModel expected = glmm().fit(contraception);
        GlmmModel model = (GlmmModel) loaded.fit(contraception).stages()[0];
        assertEquals(expected.json(), model.json());
        expected.unpersist();
        model.unpersist();
    }

    @Test
    void aFittedPipelineIsSavedAndLoadedAndPredictsTheSame() throws Exception {
        PipelineModel fitted =
                new Pipeline().setStages(new PipelineStage[] {glmm()}).fit(contraception);
        GlmmModel model = (GlmmModel) fitted.stages()[0];
        String path = folder.resolve("fitted").toString();
        fitted.save(path);
        PipelineModel again = PipelineModel.load(path);
        same(fitted, again);
        GlmmModel loaded = (GlmmModel) again.stages()[0];
        assertEquals(model.uid(), loaded.uid());
        assertEquals(model.json(), loaded.json());
        assertEquals(model.summary(), loaded.summary());
        assertEquals(model.warnings(), loaded.warnings());
        assertEquals(model.transformSchema(contraception.schema()), loaded.transformSchema(contraception.schema()));
        assertTrue(
                assertThrows(UsageException.class, loaded::result).getMessage().contains("was loaded"));
        loaded.unpersist();
        // What was loaded can be saved again.
        String second = folder.resolve("second").toString();
        again.save(second);
        same(fitted, PipelineModel.load(second));
        assertThrows(Exception.class, () -> again.save(second), "there is something already");
        again.write().overwrite().save(second);
        same(fitted, PipelineModel.load(second));
        model.unpersist();
    }

    @Test
    void aCopyKnowsItsEffects() {
        GlmmModel model = glmm().fit(contraception);
        assertEquals(model.json(), model.copy(ParamMap.empty()).json());
        model.unpersist();
    }

    @Test
    void aLoadedModelRefusesTheEffectsOfAnotherFit() throws Exception {
        GlmmModel one = glmm().fit(contraception);
        GlmmModel other = glmm().setFormula("use ~ urban + (1 | district)").fit(contraception);
        Path mine = folder.resolve("mine");
        Path others = folder.resolve("others");
        one.write().save(mine.toString());
        other.write().save(others.toString());
        one.unpersist();
        other.unpersist();
        GlmmModel loaded = GlmmModel.load(mine.toString());
        Path effects = mine.resolve("fit/random_effects");
        Files.move(effects, folder.resolve("aside"));
        String gone = assertThrows(DataException.class, loaded::randomEffects).getMessage();
        assertTrue(gone.contains("no random_effects in"), gone);
        Files.move(others.resolve("fit/random_effects"), effects);
        String refused = assertThrows(DataException.class, () -> loaded.transform(contraception))
                .getMessage();
        assertTrue(refused.contains("does not belong to its model.json"), refused);
    }

    @Test
    void aModelThatLacksASectionIsNotLoaded() throws Exception {
        GlmmModel model = glmm().fit(contraception);
        Path path = folder.resolve("lacking");
        model.write().save(path.toString());
        model.unpersist();
        Path file = path.resolve("fit/model.json");
        Files.writeString(file, Files.readString(file).replaceFirst("\"diagnostics\"", "\"other\""));
        String refused = assertThrows(DataException.class, () -> GlmmModel.load(path.toString()))
                .getMessage();
        assertTrue(refused.contains("diagnostics in its model.json is missing"), refused);
    }

    @Test
    void aLoadedModelIsNotSavedOverItself() throws Exception {
        GlmmModel fitted = glmm().fit(contraception);
        String path = folder.resolve("own").toString();
        fitted.write().save(path);
        GlmmModel loaded = GlmmModel.load(path);
        refusesItsOwnFolder(() -> loaded.write().overwrite().save(path), "read while it is saved");
        refusesItsOwnFolder(() -> loaded.save(path + "/fit", "overwrite"), "read while it is saved");
        assertEquals(rows(fitted.transform(contraception)), rows(loaded.transform(contraception)));
        PipelineModel pipeline =
                new Pipeline().setStages(new PipelineStage[] {loaded}).fit(contraception);
        String whole = folder.resolve("pipeline").toString();
        pipeline.save(whole);
        PipelineModel again = PipelineModel.load(whole);
        // Spark deletes the folder first: the fit is written again from memory.
        again.write().overwrite().save(whole);
        same(again, PipelineModel.load(whole));
        fitted.unpersist();
    }

    private static void refusesItsOwnFolder(Executable save, String why) {
        String message = assertThrows(UsageException.class, save).getMessage();
        assertTrue(message.contains(why), message);
    }

    private static void same(PipelineModel a, PipelineModel b) {
        assertEquals(rows(a.transform(contraception)), rows(b.transform(contraception)));
    }

    private static List<Row> rows(Dataset<Row> predicted) {
        List<Row> out =
                predicted.orderBy("district", "age", "urban", "livch", "use").collectAsList();
        assertTrue(out.size() > 1900, "rows: " + out.size());
        return out;
    }

    @Test
    void aTableThatIsNoneAndOneWithoutEndAreRefused() {
        assertTrue(assertThrows(UsageException.class, () -> glmm().fit(null))
                .getMessage()
                .contains("null"));
        Dataset<Row> stream = TestSession.get().readStream().format("rate").load();
        assertTrue(assertThrows(UsageException.class, () -> glmm().fit(stream))
                .getMessage()
                .contains("stream"));
        GlmmModel model = glmm().fit(contraception);
        assertThrows(UsageException.class, () -> model.transform(null));
        assertThrows(UsageException.class, () -> model.transform(stream));
        model.unpersist();
    }
}
