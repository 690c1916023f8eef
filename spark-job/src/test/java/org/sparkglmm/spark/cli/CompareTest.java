package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of {@code compare} against R's anova, and what it refuses. */
class CompareTest {
    private static final String CBPP = "../data-samples/cbpp/data.csv";
    private static final String SLEEP = "../data-samples/sleepstudy/data.csv";
    private static final String INCIDENCE = "cbind(incidence, size - incidence) ~ ";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void fitAll() throws IOException {
        TestSession.get();
        fit("cbpp0", CBPP, INCIDENCE + "1 + (1 | herd)", "binomial", "--nodes", "1");
        fit("cbpp1", CBPP, INCIDENCE + "factor(period) + (1 | herd)", "binomial", "--nodes", "1");
        fit("sleep1", SLEEP, "Reaction ~ Days + (1 | Subject)", "gaussian");
        fit("sleep2", SLEEP, "Reaction ~ Days + (Days | Subject)", "gaussian");
        fit("reml0", SLEEP, "Reaction ~ 1 + (1 | Subject)", "gaussian", "--reml");
        fit("reml1", SLEEP, "Reaction ~ Days + (1 | Subject)", "gaussian", "--reml");
        List<String> lines = new ArrayList<>(Files.readAllLines(Path.of(CBPP)));
        lines.remove(5);
        Files.write(folder.resolve("fewer.csv"), lines);
        fit("fewer", folder.resolve("fewer.csv").toString(), INCIDENCE + "1 + (1 | herd)", "binomial", "--nodes", "1");
        fit("other", CBPP, "cbind(size - incidence, incidence) ~ 1 + (1 | herd)", "binomial", "--nodes", "1");
    }

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    private static void fit(String out, String data, String formula, String family, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "fit",
                "--quiet",
                "--data",
                data,
                "--formula",
                formula,
                "--family",
                family,
                "--out",
                folder.resolve(out).toString()));
        arguments.addAll(List.of(more));
        Commands ran = Commands.run(arguments.toArray(String[]::new));
        assertEquals(0, ran.code(), ran.err());
    }

    private static Commands compare(String... names) {
        List<String> arguments = new ArrayList<>(List.of("compare"));
        for (String name : names) {
            arguments.add(folder.resolve(name).toString());
        }
        return Commands.run(arguments.toArray(String[]::new));
    }

    /**
     * lme4 1.1.31: anova(glmer(… ~ 1 + (1 | herd)), glmer(… ~ period + (1 | herd))) prints χ² 25.60994; glmer's modes stop 1e-4 of
     * log-likelihood short, at whose maximum it is 25.6101. In whatever order they are given.
     */
    @Test
    void aFixedEffectIsTestedAsInAnova() {
        Commands ran = compare("cbpp1", "cbpp0");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("213.66"), ran.out());
        assertTrue(ran.out().contains("194.05"), ran.out());
        assertTrue(ran.out().contains("204.18"), ran.out());
        assertTrue(ran.out().contains("  25.6101   3   1.151e-05"), ran.out());
    }

    /** anova(lmer, lmer) has χ² 42.1393 with 2 df and p 7.07e-10; with the variance on the edge half of that of 1 df counts. */
    @Test
    void aRandomEffectIsTestedByTheMixture() {
        Commands ran = compare("sleep1", "sleep2");
        assertEquals(0, ran.code(), ran.err());
        assertTrue(ran.out().contains("  42.1393   2   3.961e-10"), ran.out());
        assertTrue(ran.out().contains("mixture of chi-squares with 1 and 2 df"), ran.out());
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        refused("different numbers of rows", "cbpp0", "fewer");
        refused("different rows, outcomes or weights", "cbpp0", "other");
        refused("REML and ML", "reml1", "sleep1");
        refused("REML likelihoods of such models cannot be compared", "reml0", "reml1");
        assertEquals(3, compare("cbpp0", "nothing").code());
        assertEquals(2, compare("cbpp0").code());
    }

    /** A file may have been edited, or be another program's. */
    @Test
    void nonsenseIsRefused() throws IOException {
        edited("no_loglik", m -> m.remove("logLik"));
        refused("no_loglik cannot be compared: in its model.json there is no log-likelihood", "cbpp0", "no_loglik");
        edited("null_loglik", m -> m.putNull("logLik"));
        refused("there is no log-likelihood", "null_loglik", "cbpp0");
        edited("text_loglik", m -> m.put("logLik", "-90"));
        refused("logLik in its model.json is of another kind than a fit writes", "text_loglik", "cbpp0");
        edited("link", m -> m.put("link", "inverse"));
        refused("formula, family and link do not go together", "link", "cbpp0");
        edited("family", m -> m.put("family", "normal"));
        refused("formula, family and link do not go together", "family", "cbpp0");
        edited("formula", m -> m.put("formula", "incidence ~"));
        refused("formula, family and link do not go together", "formula", "cbpp0");
        edited("parameters", m -> m.put("nParameters", -3));
        refused("nParameters is no number of 1 or more", "parameters", "cbpp0");
        edited("whole", m -> m.put("nParameters", "two"));
        refused("nParameters in its model.json is of another kind than a fit writes", "whole", "cbpp0");
        edited("rows", m -> m.put("nObservations", 1.5));
        refused("nObservations in its model.json is of another kind than a fit writes", "rows", "cbpp0");
        edited("term", m -> ((ObjectNode) m.at("/fixed/0")).put("se", "small"));
        refused("fixed[0].se in its model.json is of another kind than a fit writes", "term", "cbpp0");
        edited("optimizer", m -> ((ObjectNode) m.get("optimizer")).put("passes", true));
        refused("optimizer.passes in its model.json is of another kind than a fit writes", "optimizer", "cbpp0");
        edited("fingerprint", m -> m.remove("provenance"));
        refused("nothing says which rows it was fitted to", "fingerprint", "fingerprint");
        edited("weights", m -> ((ObjectNode) m.get("design")).put("weights", "size"));
        refused(
                "weights cannot be compared: its model.json is of an earlier version, whose BIC counts rows, not weights: fit it again",
                "weights",
                "weights");
        edited("method", m -> m.put("method", "reml"));
        refused("the method 'reml' is none of such a model", "method", "method");
    }

    private static void edited(String name, Consumer<ObjectNode> edit) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode model =
                (ObjectNode) mapper.readTree(folder.resolve("cbpp0/model.json").toFile());
        edit.accept(model);
        Files.createDirectories(folder.resolve(name));
        mapper.writeValue(folder.resolve(name + "/model.json").toFile(), model);
    }

    private static void refused(String sentence, String... names) {
        Commands ran = compare(names);
        assertEquals(3, ran.code(), ran.out());
        assertTrue(ran.err().contains(sentence), ran.err());
    }
}
