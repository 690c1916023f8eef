package org.sparkglmm.core.fit;

import java.util.Random;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Catalogue;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.NumericalDistribution;

/** Data drawn from a mixed model with intercept and two covariates; the random effects are of (1) or (1 + x1). */
final class Simulation {
    private Simulation() {}

    static Rows of(Family family, Link link, int q, int persons, int rowsEach, double[] beta, double sd, long seed) {
        Random random = new Random(seed);
        Rows rows = new Rows(RandomBlocks.design(3, q, false));
        for (long id = 0; id < persons; id++) {
            double b0 = sd * random.nextGaussian();
            double b1 = q > 1 ? 0.6 * sd * random.nextGaussian() + 0.3 * b0 : 0;
            for (int j = 0; j < rowsEach; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextInt(2);
                double mu = link.mean(beta[0] + b0 + (beta[1] + b1) * x1 + beta[2] * x2);
                double[] y = draw(family, mu, random);
                rows.add(id, y[0], y[1], 1, 0, x1, x2);
            }
        }
        return rows;
    }

    /** The same with (1 | id), from any entry of the catalogue: its ψ moderate, its outcomes from its own distribution. */
    static Rows of(Catalogue.Entry entry, int persons, int rowsEach, double[] beta, double sd, long seed) {
        Family family = entry.family();
        Random random = new Random(seed);
        Design design = RandomBlocks.design(3, 1, false);
        Rows rows = new Rows(
                family.takesCategories() ? design.withFixed(design.fixed().subList(1, 3)) : design);
        double[] psi = psi(entry);
        for (long id = 0; id < persons; id++) {
            double b0 = sd * random.nextGaussian();
            for (int j = 0; j < rowsEach; j++) {
                double x1 = random.nextGaussian();
                double x2 = random.nextInt(2);
                double eta = beta[0] + b0 + beta[1] * x1 + beta[2] * x2;
                double[] y = NumericalDistribution.draw(family, entry.link(), eta, psi, random);
                rows.add(id, y[0], y[1], 1, 0, x1, x2);
            }
        }
        return rows;
    }

    /** Little residual variation of amounts, precise proportions, and all else as it comes. */
    static double[] psi(Catalogue.Entry entry) {
        Family family = entry.family();
        boolean proportions = family.links().contains(Link.LOGIT) && !family.takesCategories();
        return entry.psi(family.takesPrecisionWeights() ? -1 : proportions ? 1 : 0);
    }

    /** An outcome of the mean and its size. */
    static double[] draw(Family family, double mu, Random random) {
        if (family.takesTrials()) {
            int trials = 1 + random.nextInt(3);
            int y = 0;
            for (int t = 0; t < trials; t++) {
                y += random.nextDouble() < mu ? 1 : 0;
            }
            return new double[] {y, trials};
        }
        if (family.takesPrecisionWeights()) {
            double v = 0.5 + random.nextDouble();
            return new double[] {mu + 0.3 * random.nextGaussian() / Math.sqrt(v), v};
        }
        double limit = Math.exp(-mu);
        int y = 0;
        for (double product = random.nextDouble(); product > limit; product *= random.nextDouble()) {
            y++;
        }
        return new double[] {y, 1};
    }
}
