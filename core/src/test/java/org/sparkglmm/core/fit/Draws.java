package org.sparkglmm.core.fit;

import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.distribution.BinomialDistribution;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.distribution.PoissonDistribution;
import org.apache.commons.math3.random.RandomGenerator;

/** Outcomes drawn as their distribution is defined: a mixture, a sum, a latent variable; never from our own density. */
final class Draws {
    private Draws() {}

    static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    static double poisson(double mean, RandomGenerator r) {
        return mean > 0 ? new PoissonDistribution(r, mean, 1e-12, 100_000).sample() : 0;
    }

    /** A gamma variable of a mean and a squared coefficient of variation. */
    static double gamma(double mean, double phi, RandomGenerator r) {
        return Math.max(new GammaDistribution(r, 1 / phi, mean * phi).sample(), Double.MIN_NORMAL);
    }

    /** Variance μ(1 + φ). */
    static double nbinom1(double mean, double phi, RandomGenerator r) {
        return poisson(new GammaDistribution(r, mean / phi, phi).sample(), r);
    }

    /** Variance μ + μ²/θ. */
    static double nbinom2(double mean, double theta, RandomGenerator r) {
        return poisson(gamma(mean, 1 / theta, r), r);
    }

    static double beta(double mean, double phi, RandomGenerator r) {
        double y = new BetaDistribution(r, mean * phi, (1 - mean) * phi).sample();
        return Math.min(Math.max(y, 1e-12), 1 - 1e-12);
    }

    static double binomial(int trials, double p, RandomGenerator r) {
        return new BinomialDistribution(r, trials, p).sample();
    }

    /** Michael, Schucany and Haas (1976), Am. Stat. 30:88. */
    static double inverseGaussian(double mean, double lambda, RandomGenerator r) {
        double n = r.nextGaussian();
        double v = mean * n * n;
        double x = mean + mean / (2 * lambda) * (v - Math.sqrt(4 * lambda * v + v * v));
        return r.nextDouble() <= mean / (mean + x) ? x : mean * mean / x;
    }

    /** A Poisson number of gamma amounts: Dunn and Smyth (2005), §2. */
    static double tweedie(double mean, double[] psi, RandomGenerator r) {
        double phi = Math.exp(psi[0]);
        double p = 1 + logistic(psi[1]);
        double number = poisson(Math.pow(mean, 2 - p) / (phi * (2 - p)), r);
        double shape = number * (2 - p) / (p - 1);
        return number == 0 ? 0 : new GammaDistribution(r, shape, phi * (p - 1) * Math.pow(mean, p - 1)).sample();
    }

    /** How many of the thresholds a latent variable has passed. */
    static int category(double latent, double[] thresholds) {
        int k = 0;
        while (k < thresholds.length && latent > thresholds[k]) {
            k++;
        }
        return k;
    }
}
