package org.sparkglmm.spark.data;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextNumbersTest {

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "-1", "10", "9223372036854775807", "-9223372036854775808", "1234567890123456789"})
    void shortestLongs(String text) {
        assertTrue(TextNumbers.isShortestLong(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "-0",
                "+1",
                "01",
                "1.0",
                "1E2",
                "1D",
                "1L",
                " 1",
                "1 ",
                "0x1",
                "1_000",
                "9223372036854775808",
                "-9223372036854775809",
                "12345678901234567890",
                "\u0661",
                "NaN"
            })
    void namesThatAreNoLong(String text) {
        assertFalse(TextNumbers.isShortestLong(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1.5", "+2", ".5", "5.", "1e3", "1E-3", "007", " 1.5 ", "NaN", "12345678901234567890.1"})
    void numbers(String text) {
        assertTrue(TextNumbers.isNumber(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                ".",
                "1D",
                "1f",
                "0x1",
                "0x1p3",
                "nan",
                "NAN",
                "Infinity",
                "-Inf",
                "1,5",
                "1e",
                "1 000",
                "\u0661",
                "e5"
            })
    void textsThatAreNoNumber(String text) {
        assertFalse(TextNumbers.isNumber(text));
    }
}
