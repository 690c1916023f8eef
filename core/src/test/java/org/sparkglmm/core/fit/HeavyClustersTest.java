package org.sparkglmm.core.fit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.Deletion;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/** One cluster that holds most of the rows, and whose slope is another: what leaving it out does, against a refit. */
class HeavyClustersTest {
    private static final Family BINOMIAL = Families.named("binomial");
    private static final int GIANT = 2_000;

    private static Rows rows(boolean withGiant) {
        Random random = new Random(4);
        Rows rows = new Rows(RandomBlocks.design(2, 1, false));
        for (long id = 0; id < 150; id++) {
            boolean giant = id == 0;
            double b = giant ? 0.4 : random.nextGaussian();
            for (int j = 0; j < (giant ? GIANT : 6); j++) {
                double x = random.nextGaussian();
                double eta = -0.3 + b + (giant ? 0.7 : 0.45) * x;
                double y = random.nextDouble() < 1 / (1 + Math.exp(-eta)) ? 1 : 0;
                if (!giant || withGiant) {
                    rows.add(id, y, 1, 1, 0, x);
                }
            }
        }
        return rows;
    }

    private static FitResult fit(Rows rows) {
        return GlmmFit.fit(
                new ModelSpec(rows.design(), BINOMIAL, Link.LOGIT),
                rows.data(BINOMIAL, 3, 1),
                new FitOptions(9, false, "newton"),
                FitListener.SILENT);
    }

    @Test
    void theExactStepIsThatOfARefit() {
        Rows all = rows(true);
        FitResult fit = fit(all);
        FitResult without = fit(rows(false));
        double moved = (without.parameters()[1] - fit.parameters()[1])
                / fit.fixed().get(1).se();
        ClusterData data = all.data(BINOMIAL, 3, 1);
        Deletion deletion = new Deletion(fit.model(), new GaussHermite(9, 1), fit.parameters(), fit.covariance());
        Deletion.Effect giant = data
                .mapBlocks(block -> {
                    for (int person = 0; person < block.persons(); person++) {
                        int i = block.clusterOf(person);
                        if (block.start(i + 1) - block.start(i) == GIANT) {
                            return deletion.of(block, person);
                        }
                    }
                    return null;
                })
                .stream()
                .filter(e -> e != null)
                .findFirst()
                .orElseThrow();
        assertTrue(Math.abs(moved) > 1, "the giant matters: " + moved);
        assertEquals(moved, giant.changes()[1], 0.1 * Math.abs(moved));
        assertEquals("x1", fit.answers().diagnostics().influence().parameter());
        assertEquals(Math.abs(moved), fit.answers().diagnostics().influence().largest(), 0.1 * Math.abs(moved));
        // Most of the slope's information is the giant's, little of the variance's.
        assertTrue(giant.shares()[1] > 0.5 && giant.shares()[1] < 1);
        assertTrue(giant.shares()[2] < 0.2);
    }

    @Test
    void theSandwichIsWithheldAndItIsSaid() {
        FitResult fit = fit(rows(true));
        assertTrue(fit.warnings().stream().anyMatch(w -> w.code().equals("robust_withheld")));
        assertTrue(Double.isNaN(fit.fixed().get(1).robustSe()));
        FitResult without = fit(rows(false));
        assertTrue(without.warnings().stream().noneMatch(w -> w.code().equals("robust_withheld")));
        assertTrue(without.fixed().get(1).robustSe() > 0);
    }

    @Test
    void noPassIsSpentWhereNoClusterIsHeavy() {
        Rows rows = rows(false);
        FitResult fit = fit(rows);
        ClusterData data = rows.data(BINOMIAL, 3, 1);
        DataMoments moments = DataMoments.of(data, BINOMIAL, rows.design());
        HeavyClusters heavy = HeavyClusters.of(
                null, moments, new Deletion(fit.model(), new GaussHermite(1, 1), fit.parameters(), fit.covariance()));
        assertNull(heavy.mostInfluential());
        assertNull(heavy.againstSandwich(2, fit.parameterNames(), "id"));
        assertEquals(3, fit.covariance().matrix(StandardErrors.MODEL).length);
    }
}
