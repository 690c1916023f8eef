package org.sparkglmm.core.formula;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.UsageException;

class FormulaFuzzTest {

    private static final int FORMULAS = 5_000;
    private static final long SEED = 20240521;

    private static final List<String> SEEDS = List.of(
            "y ~ time * sex + bmi + (1 + time | person)",
            "cbind(incidence, size - incidence) ~ period + (1 | herd)",
            "s/n ~ factor(period) + offset(log(exposure)) + (1 + a + b || g)",
            "log(y + 1) ~ I(age^2) + `my col`:größe - 1 + (0 + x | `Person Id`)",
            "I(y > 3) ~ (a + b + c)^3 / d + I(CASE WHEN x = 'a' THEN 2^-x ELSE arr[0]^2 END) + (1 | g)",
            "y ~ a %in% b + (1 | a:b) + poly(x, 2) + I((SELECT 1); -- c)");

    private static final List<String> SCRAPS = List.of(
            "(",
            ")",
            "~",
            "+",
            "-",
            "*",
            "/",
            "^",
            ":",
            "|",
            "||",
            ",",
            "`",
            "'",
            "\"",
            "\\",
            ".",
            "..",
            "0",
            "1",
            "2",
            "9999999999",
            "1e5",
            "I(",
            "offset(",
            "cbind(",
            "factor(",
            "log(",
            "NOT ",
            "END",
            "[",
            "]",
            "%",
            "%%",
            ";",
            " ",
            "\t",
            "\u00a0",
            "ß",
            "\ud83d\ude00",
            "\ud800",
            "\u0000",
            "#",
            "x",
            "^2^2",
            "(x + y)^9",
            "--",
            "/*");

    @Test
    void anyTextIsReadOrRefusedButNeverBreaks() {
        Random random = new Random(SEED);
        int[] read = new int[1];
        for (int i = 0; i < FORMULAS; i++) {
            String text = mutated(random);
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> read[0] += isRead(text) ? 1 : 0, () -> "hangs on: " + text);
        }
        assertTrue(read[0] > FORMULAS / 50, "the mutations leave formulas to read, got " + read[0]);
        assertTrue(read[0] < FORMULAS * 49 / 50, "the mutations make formulas to refuse, left " + read[0]);
    }

    private static boolean isRead(String text) {
        try {
            return !Formula.parse(text).text().isEmpty();
        } catch (UsageException refused) {
            return false;
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError("breaks on: " + text, e);
        }
    }

    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
        int edits = 1 + random.nextInt(6);
        for (int i = 0; i < edits; i++) {
            int from = random.nextInt(text.length() + 1);
            int to = Math.min(text.length(), from + random.nextInt(4));
            switch (random.nextInt(5)) {
                case 0 -> text.delete(from, to);
                case 1 -> text.insert(from, SCRAPS.get(random.nextInt(SCRAPS.size())));
                case 2 -> text.replace(from, to, SCRAPS.get(random.nextInt(SCRAPS.size())));
                case 3 -> text.insert(from, text.substring(random.nextInt(from + 1), from));
                default ->
                    text.insert(from, SCRAPS.get(random.nextInt(SCRAPS.size())).repeat(random.nextInt(300)));
            }
        }
        return text.toString();
    }
}
