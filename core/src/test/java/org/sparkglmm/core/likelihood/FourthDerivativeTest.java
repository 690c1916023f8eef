package org.sparkglmm.core.likelihood;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ObservationModel;
import org.sparkglmm.core.model.Observations;
import org.sparkglmm.core.model.RowWindow;

/** ℓ'''' against its formulas where they are short, and at the edges of links. */
class FourthDerivativeTest {
    /** What the step's truncation and rounding leave. */
    private static final double RELATIVE = 5e-8;

    private static double[] fourth(ObservationModel model, double y, double weight, double... eta) {
        int n = eta.length;
        double[] ys = new double[n];
        double[] weights = new double[n];
        java.util.Arrays.fill(ys, y);
        java.util.Arrays.fill(weights, weight);
        double[] out = new double[n];
        assertTrue(new FourthDerivative(model, n)
                .evaluate(new RowWindow(new Observations(ys, null, weights), 0, n, eta, new double[0][]), out));
        return out;
    }

    @ParameterizedTest
    @CsvSource({"-30", "-8", "-1.3", "-0.003", "0", "1e-5", "0.4", "2", "7"})
    void ofCountsIsMinusTheMean(double eta) {
        double mu = Math.exp(eta);
        assertEquals(-3 * mu, fourth(Families.named("poisson").model(Link.LOG), 2, 3, eta)[0], RELATIVE * 3 * mu);
    }

    /** ℓ'' = -v, ℓ''' = -v(1-2μ), ℓ'''' = -v(1-6v) with v = μ(1-μ). */
    @ParameterizedTest
    @CsvSource({"-12", "-3", "-0.5", "0", "0.02", "1", "4", "15"})
    void ofLogitsIsItsFormula(double eta) {
        double v = 1 / ((1 + Math.exp(-eta)) * (1 + Math.exp(eta)));
        assertEquals(
                -v * (1 - 6 * v), fourth(Families.named("binomial").model(Link.LOGIT), 1, 1, eta)[0], RELATIVE * v);
    }

    @ParameterizedTest
    @CsvSource({"0.01", "0.03", "0.2", "1", "40", "3000"})
    void nearTheEdgeOfTheIdentityLinkIsItsFormula(double eta) {
        double exact = -6 * 2 / Math.pow(eta, 4);
        assertEquals(exact, fourth(Families.named("poisson").model(Link.IDENTITY), 2, 1, eta)[0], -RELATIVE * exact);
    }

    @Test
    void closeToTheEdgeItLooksCloserAndBeyondItSaysSo() {
        ObservationModel model = Families.named("poisson").model(Link.IDENTITY);
        assertEquals(0, fourth(model, 0, 1, 3e-7)[0]);
        Observations one = new Observations(new double[] {1}, null, null);
        assertFalse(new FourthDerivative(model, 1)
                .evaluate(new RowWindow(one, 0, 1, new double[] {-0.5}, new double[0][]), new double[1]));
    }
}
