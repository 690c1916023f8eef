package org.sparkglmm.spark.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsoleTest {
    @Test
    void theLinesOfAStackTraceBeginWithBlanks() {
        StringWriter out = new StringWriter();
        new RuntimeException("first\n\tat second", new IllegalStateException("a\tb"))
                .printStackTrace(new Console(new PrintWriter(out)));
        List<String> lines = out.toString().lines().toList();
        assertEquals("java.lang.RuntimeException: first\\n\\tat second", lines.get(0));
        assertTrue(lines.get(1).startsWith("    at " + ConsoleTest.class.getName()), lines.get(1));
        assertTrue(lines.contains("Caused by: java.lang.IllegalStateException: a\\tb"), out.toString());
    }
}
