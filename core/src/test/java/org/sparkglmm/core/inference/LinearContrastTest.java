package org.sparkglmm.core.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.math.StandardNormal;

/** Reading linear combinations, their estimates and their joint test. */
class LinearContrastTest {
    private static final double SAME_FORMULA = 1e-13;
    /** An entry of Λ, which may not stand in a contrast, has an empty name. */
    private static final List<String> NAMES = List.of(
            "(Intercept)",
            "time",
            "sexM",
            "sexM:time",
            "livch3",
            "livch3+",
            "I(time * time)",
            "groupvery obese",
            "",
            "1|2",
            "logit(zi):time");

    private static double[] weights(double... pairs) {
        double[] out = new double[NAMES.size()];
        for (int i = 0; i < pairs.length; i += 2) {
            out[(int) pairs[i]] = pairs[i + 1];
        }
        return out;
    }

    static Stream<Arguments> good() {
        return Stream.of(
                Arguments.of("time", weights(1, 1), 0),
                Arguments.of("  time  ", weights(1, 1), 0),
                Arguments.of("-time", weights(1, -1), 0),
                Arguments.of("+ time", weights(1, 1), 0),
                Arguments.of("time + sexM:time", weights(1, 1, 3, 1), 0),
                Arguments.of("time+sexM:time", weights(1, 1, 3, 1), 0),
                Arguments.of("2*time - sexM = 0.5", weights(1, 2, 2, -1), 0.5),
                Arguments.of("2 time=-1e-3", weights(1, 2), -1e-3),
                Arguments.of("1.5e2 * time - .5*sexM = - 2", weights(1, 150, 2, -0.5), -2),
                Arguments.of("time + time + 0.5 * time", weights(1, 2.5), 0),
                Arguments.of("livch3+ - livch3", weights(5, 1, 4, -1), 0),
                Arguments.of("livch3++livch3", weights(5, 1, 4, 1), 0),
                Arguments.of("livch3 + time", weights(4, 1, 1, 1), 0),
                Arguments.of("livch3+time", weights(4, 1, 1, 1), 0),
                Arguments.of("(Intercept) + 4 * I(time * time)", weights(0, 1, 6, 4), 0),
                Arguments.of("3 * `I(time * time)` - `(Intercept)`", weights(6, 3, 0, -1), 0),
                Arguments.of("groupvery obese - time", weights(7, 1, 1, -1), 0),
                Arguments.of("logit(zi):time", weights(10, 1), 0),
                Arguments.of("1|2 - 2 * 1|2", weights(9, -1), 0),
                Arguments.of("2*`1|2`", weights(9, 2), 0),
                Arguments.of("time/2", weights(1, 0.5), 0),
                Arguments.of("(time + sexM)/2", weights(1, 0.5, 2, 0.5), 0),
                Arguments.of("1/4*(time - (sexM + 2*sexM:time)) = 1/2", weights(1, 0.25, 2, -0.25, 3, -0.5), 0.5),
                Arguments.of("3*2/4 time", weights(1, 1.5), 0),
                Arguments.of("((Intercept) + time)*10/5", weights(0, 2, 1, 2), 0),
                Arguments.of("-(`time` - sexM)", weights(1, -1, 2, 1), 0));
    }

    @ParameterizedTest
    @MethodSource("good")
    void readsAsR(String text, double[] weights, double constant) {
        LinearContrast contrast = LinearContrast.parse(text, NAMES);
        assertArrayEquals(weights, contrast.weights());
        assertEquals(constant, contrast.constant());
        assertEquals(text.strip(), contrast.text());
    }

    @Test
    void aDroppedColumnIsSaidToBeDropped() {
        UsageException e = assertThrows(
                UsageException.class, () -> LinearContrast.parse("time - sexM:tim", NAMES, List.of("sexM:tim")));
        assertTrue(e.getMessage().contains("sexM:tim has no coefficient"), e.getMessage());
        assertFalse(e.getMessage().contains("did you mean"), e.getMessage());
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                Arguments.of(
                        "tme + sexM", "must have the name of a coefficient here (position 1); did you mean 'time'?"),
                Arguments.of(
                        "time + sexN", "must have the name of a coefficient here (position 8); did you mean 'sexM'?"),
                Arguments.of("time + 2*sexm", "(position 10); did you mean 'sexM'?"),
                Arguments.of("time sexM", "must have + or - here (position 6)"),
                Arguments.of("time +", "must have the name of a coefficient here (position 7)"),
                Arguments.of("2", "must have the name of a coefficient here (position 2)"),
                Arguments.of("1.2.3*time", "must have a number or a coefficient here (position 1)"),
                Arguments.of("time + 1", "must have the name of a coefficient here (position 9)"),
                Arguments.of("`time", "must have the name of a coefficient here"),
                Arguments.of("`nothing`", "must have the name of a coefficient here"),
                Arguments.of("``", "must have the name of a coefficient here"),
                Arguments.of("time =", "must have one number behind ="),
                Arguments.of("time = x", "must have one number behind ="),
                Arguments.of("time = 1 2", "must have one number behind ="),
                Arguments.of("time = 1 = 2", "must have one number behind ="),
                Arguments.of("", "no coefficient is left in it"),
                Arguments.of("(time", "must have ) here (position 6)"),
                Arguments.of("time)", "must have + or - here (position 5)"),
                Arguments.of("()", "must have the name of a coefficient here (position 2)"),
                Arguments.of("time/0", "must have a number other than 0 behind / (position 7)"),
                Arguments.of("time/sexM", "must have a number other than 0 behind / (position 6)"),
                Arguments.of("time*sexM", "must have + or - here (position 5)"),
                Arguments.of("= 1", "no coefficient is left in it"),
                Arguments.of("0*time", "no coefficient is left in it"),
                Arguments.of("time - time", "no coefficient is left in it"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void saysWhatIsWrongAndWhere(String text, String sentence) {
        String message = assertThrows(UsageException.class, () -> LinearContrast.parse(text, NAMES))
                .getMessage();
        assertTrue(message.startsWith("contrast '" + text + "': "), message);
        assertTrue(message.contains(sentence), message);
        if (message.contains("position")) {
            assertTrue(message.contains("; coefficients: (Intercept), 1|2, I(time * time), "), message);
        }
    }

    private static final double[][] MODEL = {{4, 1, 0.5}, {1, 9, -2}, {0.5, -2, 1}};
    private static final double[][] ROBUST = {{5, 1, 0}, {1, 8, -1}, {0, -1, 2}};

    /** Parameters 0, 1 and 3 of four; of 2 nothing is known. */
    private static ParameterCovariance covariance() {
        return new ParameterCovariance(4, new int[] {0, 1, 3}, new int[0], List.of("a", "b", "c", "d"), MODEL, ROBUST);
    }

    private static final double[] PARAMETERS = {1, -2, 5, 0.5};

    private static LinearContrast contrast(double constant, double... weights) {
        return new LinearContrast("c", weights, constant);
    }

    @Test
    void estimatesByTheErrorsAskedFor() {
        LinearContrast contrast = contrast(0, 1, 2, 0, -1);
        double value = 1 - 4 - 0.5;
        double se = Math.sqrt(4 + 4 * 9 + 1 + 4 * 1 - 2 * 0.5 - 4 * -2);
        double robust = Math.sqrt(5 + 4 * 8 + 2 + 4 * 1 - 0 - 4 * -1);
        for (StandardErrors errors : StandardErrors.values()) {
            FixedEffect e = contrast.estimate(PARAMETERS, covariance(), errors);
            double used = errors == StandardErrors.MODEL ? se : robust;
            assertEquals(value, e.estimate(), SAME_FORMULA);
            assertEquals(se, e.se(), SAME_FORMULA);
            assertEquals(robust, e.robustSe(), SAME_FORMULA);
            assertEquals(value / used, e.z(), SAME_FORMULA);
            assertEquals(2 * StandardNormal.probability(value / used), e.p(), SAME_FORMULA);
            assertEquals(value - 1.959963984540054 * used, e.lower(), SAME_FORMULA);
            assertEquals(value + 1.959963984540054 * used, e.upper(), SAME_FORMULA);
        }
    }

    @Test
    void aConstantMovesTheTestAndNotTheEstimate() {
        FixedEffect e = contrast(3, 1, 0, 0, 0).estimate(PARAMETERS, covariance(), StandardErrors.MODEL);
        assertEquals(1, e.estimate());
        assertEquals(-1, e.z(), SAME_FORMULA);
        assertEquals(1 - 2 * 1.959963984540054, e.lower(), SAME_FORMULA);
    }

    @Test
    void whatHasNoStandardErrorIsEstimatedWithoutOne() {
        FixedEffect e = contrast(0, 1, 0, 1, 0).estimate(PARAMETERS, covariance(), StandardErrors.MODEL);
        assertEquals(6, e.estimate(), SAME_FORMULA);
        assertTrue(Double.isNaN(e.se()) && Double.isNaN(e.z()) && Double.isNaN(e.p()) && Double.isNaN(e.lower()));
        WaldTest joint = LinearContrast.joint(
                List.of(contrast(0, 1, 0, 0, 0), contrast(0, 0, 0, 1, 0)),
                PARAMETERS,
                covariance(),
                StandardErrors.MODEL);
        assertTrue(Double.isNaN(joint.chiSquare()) && Double.isNaN(joint.p()));
    }

    /** (Lb - c)'(LVL')⁻¹(Lb - c) with a 2×2 inverse by hand. */
    @Test
    void jointTestIsTheQuadraticForm() {
        List<LinearContrast> two = List.of(contrast(0.5, 1, 0, 0, 1), contrast(0, 0, 1, 0, 0));
        for (StandardErrors errors : StandardErrors.values()) {
            double[][] v = errors == StandardErrors.MODEL ? MODEL : ROBUST;
            double a = v[0][0] + v[2][2] + 2 * v[0][2];
            double b = v[0][1] + v[2][1];
            double d = v[1][1];
            double x = 1.5 - 0.5;
            double y = -2;
            double expected = (d * x * x - 2 * b * x * y + a * y * y) / (a * d - b * b);
            WaldTest joint = LinearContrast.joint(two, PARAMETERS, covariance(), errors);
            assertEquals(expected, joint.chiSquare(), SAME_FORMULA * expected);
            assertEquals(2, joint.df());
            assertEquals(Math.exp(-0.5 * expected), joint.p(), SAME_FORMULA);
        }
    }

    @Test
    void aContrastThatRepeatsOthersAddsNothing() {
        List<LinearContrast> three =
                List.of(contrast(0, 1, 0, 0, 1), contrast(0, 0, 1, 0, 0), contrast(0, 2, -3, 0, 2));
        WaldTest all = LinearContrast.joint(three, PARAMETERS, covariance(), StandardErrors.MODEL);
        WaldTest two = LinearContrast.joint(three.subList(0, 2), PARAMETERS, covariance(), StandardErrors.MODEL);
        assertEquals(2, all.df());
        assertEquals(two.chiSquare(), all.chiSquare(), SAME_FORMULA * two.chiSquare());
    }

    /** A column with a space has its backticks in the coefficient's name, as R prints it. */
    @Test
    void namesWithBackticksOfTheirOwnAreRead() {
        List<String> names = List.of("(Intercept)", "`visit time`", "`visit time`:sexM", "sexM");
        assertArrayEquals(
                new double[] {0, 1, 1, 0},
                LinearContrast.parse("`visit time` + `visit time`:sexM", names).weights());
        assertArrayEquals(
                new double[] {0, 0, 0, -2},
                LinearContrast.parse("-2*`sexM`", names).weights());
    }
}
