package org.sparkglmm.core.fit;

import java.util.Random;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

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
