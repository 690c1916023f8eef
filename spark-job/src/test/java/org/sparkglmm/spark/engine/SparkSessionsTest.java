package org.sparkglmm.spark.engine;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.spark.cli.TestSession;

class SparkSessionsTest {

    @AfterAll
    static void stop() {
        TestSession.stop();
    }

    /** The ways in which sessions without RDDs refuse their context. */
    @Test
    void aSessionWithoutRddsIsRefusedInOneSentence() {
        List<Callable<SparkContext>> refusals = List.of(
                () -> {
                    throw new UnsupportedOperationException("sparkContext is not supported");
                },
                () -> {
                    throw new SparkException("not allowed");
                },
                () -> {
                    throw new SecurityException("not on this cluster");
                },
                () -> {
                    throw new NoSuchMethodError("sparkContext");
                },
                () -> null);
        for (Callable<SparkContext> refusal : refusals) {
            UsageException e = assertThrows(UsageException.class, () -> SparkSessions.requireContext(refusal));
            assertTrue(e.getMessage().contains("dedicated compute"), e.getMessage());
        }
    }

    @Test
    void aClassicSessionWillDo() {
        assertDoesNotThrow(() -> SparkSessions.requireRdds(TestSession.get()));
    }
}
