package org.sparkglmm.core.model;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Categories between thresholds that are close together or far apart, in the middle and far out, against many digits. */
class IntervalTest {
    private static final double RELATIVE = 1e-9;
    /** What the rounding of a threshold, of the size of 1 + |η|, does to a width: this, over the width. */
    private static final double ROUNDING = 4e-15;

    @ParameterizedTest
    @EnumSource(names = {"LOGIT", "PROBIT", "CLOGLOG", "LOGLOG"})
    void aCategoryOfAnyWidthAnywhereHasTheTextbooksProbabilityAndDerivatives(Link link) {
        Family family = Families.named("ordinal").withCategories(List.of("a", "b", "c"));
        Catalogue.Entry entry = new Catalogue.Entry("ordinal", family, link);
        DensityReference reference = DensityReference.of(entry, 150);
        List<String> wrong = new ArrayList<>();
        for (double width : new double[] {1e-3, 0.03, 0.3, 1, 2.5, 6, 15}) {
            double[] psi = {0.25 - width / 2, 0.25 + width / 2};
            for (double eta : new double[] {-20, -6, -3, -1, 0.1, 0.25, 1.5, 4, 9, 25}) {
                boolean tooLarge = link == Link.CLOGLOG && psi[1] - eta > 8 || link == Link.LOGLOG && psi[0] - eta < -8;
                if (tooLarge) {
                    continue; // e^(e^8): more digits than any reference should have
                }
                Interval interval = Interval.of(link);
                double[] log = new double[4];
                double[] ends = new double[6];
                interval.log(psi[0] - eta, psi[1] - eta, log);
                interval.ends(psi[0] - eta, psi[1] - eta, ends);
                String where = "width " + width + ", η = " + eta;
                double rounding = ROUNDING * (1 + Math.abs(eta)) / Math.min(1, width);
                List<BigDecimal> expected = reference.derivatives(eta, 1, 1, psi);
                for (int k = 0; k < 4; k++) {
                    double next = k < 3 ? Math.abs(expected.get(k + 1).doubleValue()) : 1;
                    compare(expected.get(k), log[k], rounding * (1 + next), "derivative " + k + ", " + where, wrong);
                }
                for (int end = 0; end < 2; end++) {
                    List<BigDecimal> moved = reference.byPsi(end, eta, 1, 1, psi);
                    for (int k = 0; k < 3; k++) {
                        double size = 1 + Math.abs(moved.get(0).doubleValue());
                        compare(
                                moved.get(k),
                                ends[3 * end + k],
                                rounding * size,
                                "∂" + end + " of derivative " + k + ", " + where,
                                wrong);
                    }
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    private static void compare(BigDecimal expected, double actual, double rounding, String where, List<String> wrong) {
        double error = expected.subtract(new BigDecimal(actual)).abs().doubleValue();
        if (!(error <= RELATIVE * Math.abs(expected.doubleValue()) + rounding)) {
            wrong.add(where + ": got " + actual + ", expected " + expected.doubleValue());
        }
    }
}
