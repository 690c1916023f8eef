package org.sparkglmm.core.math;

import java.util.SplittableRandom;

/**
 * Random numbers of the distributions that families are made of, exact but for rounding and the same bits on every machine:
 * the stream is {@link SplittableRandom}'s, the functions {@link Elementary}'s. Few lines rather than few nanoseconds, and no
 * set-up, since every row has parameters of its own. NaN for a parameter that is NaN. Devroye (1986), Non-Uniform Random Variate Generation.
 */
public final class RandomVariates {
    private static final double ULP = 0x1p-53;
    /** Up to this mean a product of uniforms takes no more of them than a gamma variate's detour would. */
    private static final double SMALL_MEAN = 16;
    /** Up to so many trials are made one by one. */
    private static final double FEW_TRIALS = 16;
    /** A mean of counts beyond is taken for this: counts stay numbers. */
    private static final double LARGEST_MEAN = 1e300;

    private RandomVariates() {}

    /**
     * A stream of random numbers of its own for each (seed, a, b), whatever was drawn elsewhere: the state is a hash of the three,
     * so that streams of neighbours do not overlap as those of neighbouring seeds would.
     */
    public static SplittableRandom stream(long seed, long a, long b) {
        return new SplittableRandom(scatter(scatter(scatter(seed) + a) + b));
    }

    /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014, OOPSLA): every bit of the input reaches every bit of the output. */
    private static long scatter(long h) {
        long z = h + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Uniform on the open interval (0, 1). */
    public static double uniform(SplittableRandom random) {
        return ((random.nextLong() >>> 11) + 0.5) * ULP;
    }

    /** Standard normal: Marsaglia's polar method (Marsaglia and Bray 1964, SIAM Review 6:260), its second number not kept. */
    public static double normal(SplittableRandom random) {
        while (true) {
            double x = 2 * random.nextDouble() - 1;
            double y = 2 * random.nextDouble() - 1;
            double s = x * x + y * y;
            if (s > 0 && s < 1) {
                return x * Math.sqrt(-2 * Elementary.log(s) / s);
            }
        }
    }

    /** Exponential of mean 1, by inversion; above 0. */
    public static double exponential(SplittableRandom random) {
        return -Elementary.log(uniform(random));
    }

    /** Exponential of mean 1 given that it is below a limit, by inversion; at most the limit, which may be tiny. */
    public static double exponentialBelow(double limit, SplittableRandom random) {
        return Math.min(limit, -Elementary.log1p(uniform(random) * Elementary.expm1(-limit)));
    }

    /**
     * The logarithm of a gamma variate of scale 1: of a small shape the variate itself often is 0 in double. Marsaglia and
     * Tsang (2000), ACM Trans. Math. Softw. 26:363; a shape below 1 by their boost, G(k) = G(k+1) U^{1/k}.
     *
     * @param shape above 0
     */
    public static double logGamma(double shape, SplittableRandom random) {
        if (!(shape < Double.POSITIVE_INFINITY)) {
            return shape;
        }
        if (shape < 1) {
            return logGamma(shape + 1, random) - exponential(random) / shape;
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = normal(random);
            double root = 1 + c * x;
            if (root > 0) {
                double logV = 3 * Elementary.log1p(c * x);
                double excess = root * root * root - 1 - logV;
                // ln U < x²/2 + d (1 - v + ln v)
                if (Elementary.log(uniform(random)) < 0.5 * x * x - d * excess) {
                    return Elementary.log(d) + logV;
                }
            }
        }
    }

    /** The logit of a beta variate, which neither 0 nor 1 in double can hide: the ratio of two gamma variates. */
    public static double logitBeta(double a, double b, SplittableRandom random) {
        return logGamma(a, random) - logGamma(b, random);
    }

    /**
     * Poisson. A small mean by Knuth's product of uniforms; a large one by jumping to the m-th arrival, m = ⌊7/8 mean⌋, whose
     * time is a gamma variate: if it comes too late, those before it fell on its time at random, else what is left of the time
     * has its own arrivals (Ahrens and Dieter 1974, Computing 12:223).
     *
     * @param mean 0 or more
     */
    public static double poisson(double mean, SplittableRandom random) {
        if (Double.isNaN(mean)) {
            return mean;
        }
        double left = Math.min(mean, LARGEST_MEAN);
        double count = 0;
        while (left > SMALL_MEAN) {
            double m = Math.floor(0.875 * left);
            double time = Elementary.exp(logGamma(m, random));
            if (time > left) {
                double share = left / time;
                return count + binomial(m - 1, share, (time - left) / time, random);
            }
            count += m;
            left -= time;
        }
        double limit = Elementary.exp(-left);
        double product = uniform(random);
        while (product > limit) {
            count++;
            product *= uniform(random);
        }
        return count;
    }

    /** Poisson given that it is not 0: the first arrival, and those after it. */
    public static double truncatedPoisson(double mean, SplittableRandom random) {
        double whole = Math.min(mean, LARGEST_MEAN);
        return 1 + poisson(whole - exponentialBelow(whole, random), random);
    }

    /**
     * Binomial. Many trials by their median: the i-th smallest of n uniforms is a beta variate, on one side of p or the other,
     * and leaves half of the trials, uniform on what is left (Relles 1972, JASA 67:612; Ahrens and Dieter 1974).
     *
     * @param p the probability of a success
     * @param q that of a failure, given too since 1 - p may have lost it
     */
    public static double binomial(double trials, double p, double q, SplittableRandom random) {
        if (Double.isNaN(p + q) || !(trials < Double.POSITIVE_INFINITY)) {
            return Double.NaN;
        }
        double count = 0;
        double n = trials;
        double success = p / (p + q);
        double failure = q / (p + q);
        while (n > FEW_TRIALS) {
            double i = Math.floor((n + 1) / 2);
            double logit = logitBeta(i, n + 1 - i, random);
            double below = LogScale.logistic(logit);
            double above = LogScale.logistic(-logit);
            if (below <= success) {
                count += i;
                n -= i;
                // (p - x)/(1 - x), in the form that has kept its digits.
                failure = Math.min(1, failure / above);
                success = below < 0.5 ? Math.max(0, (success - below) / above) : 1 - failure;
            } else {
                n = i - 1;
                success = Math.min(1, success / below);
                failure = above < 0.5 ? Math.max(0, (failure - above) / below) : 1 - success;
            }
        }
        boolean rare = success <= failure;
        double smaller = rare ? success : failure;
        double hits = 0;
        for (double t = 0; t < n; t++) {
            hits += random.nextDouble() < smaller ? 1 : 0;
        }
        return count + (rare ? hits : n - hits);
    }

    /**
     * Negative binomial: Poisson with a mean that is a gamma variate (Greenwood and Yule 1920, JRSS 83:255). Poisson itself if
     * the shape is infinite.
     *
     * @param logMean ln μ
     * @param logShape ln θ, Var = μ + μ²/θ
     */
    public static double negativeBinomial(double logMean, double logShape, SplittableRandom random) {
        double shape = Elementary.exp(logShape);
        if (shape == Double.POSITIVE_INFINITY) {
            return poisson(Elementary.exp(logMean), random);
        }
        double log = logMean - logShape + logGamma(Math.max(shape, Double.MIN_NORMAL), random);
        return poisson(Elementary.exp(log), random);
    }

    /**
     * Logarithmic, P(k) = -p^k / (k ln(1-p)), k = 1, 2, …: geometric with the probability (1-p)^U of ending (Kemp 1981, Appl.
     * Statist. 30:249).
     *
     * @param minusLogQ -ln(1-p), above 0
     */
    public static double logarithmic(double minusLogQ, SplittableRandom random) {
        double logContinue = LogScale.log1mExp(minusLogQ * uniform(random));
        return 1 + Math.floor(Elementary.log(uniform(random)) / logContinue);
    }
}
