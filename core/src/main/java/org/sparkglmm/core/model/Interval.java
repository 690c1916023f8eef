package org.sparkglmm.core.model;

import java.io.Serializable;
import java.util.SplittableRandom;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegrator;
import org.apache.commons.math3.analysis.integration.gauss.GaussIntegratorFactory;
import org.sparkglmm.core.math.ArrayMath;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.LogScale;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.math.StandardNormal;

/**
 * log(F(h) - F(l)) with l = α₁ - η, h = α₂ - η: its derivatives in η, and those of these in the two thresholds. l may be
 * -infinity and h infinity, not both.
 */
interface Interval extends Serializable {

    /** into: value, and three derivatives in η. */
    void log(double low, double high, double[] into);

    /**
     * {@link #log} of some rows at once, unweighted; an interval that is none has no likelihood.
     *
     * @param low may be overwritten
     * @param high may be overwritten
     */
    default void log(double[] low, double[] high, int count, Derivatives out) {
        double[] log = out.scratch(0);
        for (int j = 0; j < count; j++) {
            if (low[j] < high[j]) {
                log(low[j], high[j], log);
                out.set(j, 1, log[0], log[1], log[2], log[3]);
            } else {
                out.setImpossible(j, low[j] + high[j]);
            }
        }
    }

    /** into: ∂ of the value and of its first and second derivative in the lower threshold, then the same in the upper one. */
    void ends(double low, double high, double[] into);

    /** A random number with distribution function F. */
    double draw(SplittableRandom random);

    static Interval of(Link link) {
        return switch (link) {
            case LOGIT -> new Logistic();
            case PROBIT -> new Normal();
            case CLOGLOG -> new Gumbel();
            case LOGLOG -> new Mirrored(new Gumbel());
            default -> throw new IllegalArgumentException(link + " has no distribution function");
        };
    }

    /**
     * F(h) - F(l) = F(h) (1-F(l)) (1 - e^{l-h}), whose logarithm is a sum of three: in η the last is a constant. With f = F
     * (1-F), f' = f (1-2F): ∂ = F(l) - (1-F(h)), ∂² = -f(h) - f(l), ∂³ = f'(h) + f'(l).
     */
    record Logistic() implements Interval {
        /** The logarithm of the ratio of two exponentials. */
        @Override
        public double draw(SplittableRandom random) {
            double numerator = Elementary.log(RandomVariates.exponential(random));
            return numerator - Elementary.log(RandomVariates.exponential(random));
        }

        @Override
        public void log(double low, double high, double[] into) {
            double belowLow = LogScale.logistic(low);
            double aboveLow = LogScale.logistic(-low);
            double belowHigh = LogScale.logistic(high);
            double aboveHigh = LogScale.logistic(-high);
            into[0] = -LogScale.log1pExp(-high) - LogScale.log1pExp(low) + LogScale.log1mExp(high - low);
            into[1] = belowLow - aboveHigh;
            into[2] = -belowHigh * aboveHigh - belowLow * aboveLow;
            into[3] = belowHigh * aboveHigh * (aboveHigh - belowHigh) + belowLow * aboveLow * (aboveLow - belowLow);
        }

        @Override
        public void log(double[] low, double[] high, int count, Derivatives out) {
            double[] size = out.column(2);
            double[] work = out.column(3);
            // e^-|low| and e^-|high|, then log(1 + them), in arrays that are filled for good at the end.
            double[] eLow = out.column(4);
            double[] eHigh = out.third;
            double[] logLow = out.first;
            double[] logHigh = out.second;
            for (int j = 0; j < count; j++) {
                size[j] = -Math.abs(low[j]);
            }
            ArrayMath.exp(size, count, work, eLow);
            for (int j = 0; j < count; j++) {
                size[j] = -Math.abs(high[j]);
            }
            ArrayMath.exp(size, count, work, eHigh);
            ArrayMath.log1pUnit(eLow, count, logLow);
            ArrayMath.log1pUnit(eHigh, count, logHigh);
            double[] gap = work;
            for (int j = 0; j < count; j++) {
                gap[j] = low[j] - high[j];
            }
            for (int j = 0; j < count; j++) {
                if (!(gap[j] < 0)) {
                    out.setImpossible(j, low[j] + high[j]);
                    continue;
                }
                double softplusLow = low[j] > 0 ? low[j] + logLow[j] : logLow[j];
                double softplusHigh = high[j] < 0 ? logHigh[j] - high[j] : logHigh[j];
                double nearLow = 1 / (1 + eLow[j]);
                double farLow = eLow[j] * nearLow;
                double nearHigh = 1 / (1 + eHigh[j]);
                double farHigh = eHigh[j] * nearHigh;
                double belowLow = low[j] >= 0 ? nearLow : farLow;
                double aboveLow = low[j] >= 0 ? farLow : nearLow;
                double belowHigh = high[j] >= 0 ? nearHigh : farHigh;
                double aboveHigh = high[j] >= 0 ? farHigh : nearHigh;
                double densityLow = nearLow * farLow;
                double densityHigh = nearHigh * farHigh;
                out.value[j] = -softplusHigh - softplusLow;
                out.first[j] = belowLow - aboveHigh;
                out.second[j] = -densityHigh - densityLow;
                out.third[j] = densityHigh * (aboveHigh - belowHigh) + densityLow * (aboveLow - belowLow);
            }
            for (int j = 0; j < count; j++) {
                if (gap[j] > Double.NEGATIVE_INFINITY && gap[j] < 0) {
                    out.value[j] += LogScale.log1mExp(-gap[j]);
                }
            }
        }

        @Override
        public void ends(double low, double high, double[] into) {
            double r = 1 / Elementary.expm1(high - low);
            double belowLow = LogScale.logistic(low);
            double aboveLow = LogScale.logistic(-low);
            double belowHigh = LogScale.logistic(high);
            double aboveHigh = LogScale.logistic(-high);
            into[0] = -belowLow - r;
            into[1] = belowLow * aboveLow;
            into[2] = -belowLow * aboveLow * (aboveLow - belowLow);
            into[3] = aboveHigh + r;
            into[4] = belowHigh * aboveHigh;
            into[5] = -belowHigh * aboveHigh * (aboveHigh - belowHigh);
        }
    }

    /**
     * F(x) = 1 - exp(-e^x): F(h) - F(l) = exp(-e^l) (1 - exp(-T)), T = e^h - e^l. With v the logarithm of the last factor as
     * a function of log T, which η moves by -1: ∂ = e^l - v', ∂² = -e^l + v'', ∂³ = e^l - v'''.
     */
    record Gumbel() implements Interval {
        private static final Tails TAILS = Tails.of(Link.CLOGLOG);

        private static void last(double low, double high, double[] into) {
            if (high == Double.POSITIVE_INFINITY) {
                java.util.Arrays.fill(into, 0);
            } else {
                TAILS.logSuccess(high + LogScale.log1mExp(high - low), into);
            }
        }

        /** The logarithm of an exponential. */
        @Override
        public double draw(SplittableRandom random) {
            return Elementary.log(RandomVariates.exponential(random));
        }

        @Override
        public void log(double low, double high, double[] into) {
            last(low, high, into);
            double e = Elementary.exp(low);
            into[0] -= e;
            into[1] = e - into[1];
            into[2] -= e;
            into[3] = e - into[3];
        }

        @Override
        public void ends(double low, double high, double[] into) {
            last(low, high, into);
            double v1 = into[1];
            double v2 = into[2];
            double v3 = into[3];
            double e = Elementary.exp(low);
            double r = 1 / Elementary.expm1(high - low);
            into[0] = -e - r * v1;
            into[1] = e + r * v2;
            into[2] = -e - r * v3;
            into[3] = (1 + r) * v1;
            into[4] = -(1 + r) * v2;
            into[5] = (1 + r) * v3;
        }
    }

    /** F(x) = 1 - G(-x): the interval (l, h) of F is the interval (-h, -l) of G, and η the other way round. */
    record Mirrored(Interval of) implements Interval {
        @Override
        public double draw(SplittableRandom random) {
            return -of.draw(random);
        }

        @Override
        public void log(double low, double high, double[] into) {
            of.log(-high, -low, into);
            into[1] = -into[1];
            into[3] = -into[3];
        }

        @Override
        public void ends(double low, double high, double[] into) {
            of.ends(-high, -low, into);
            for (int k = 0; k < 3; k++) {
                // A threshold turns with its sign, the first derivative in η too.
                double sign = k == 1 ? 1 : -1;
                double upper = sign * into[k];
                into[k] = sign * into[3 + k];
                into[3 + k] = upper;
            }
        }
    }

    /**
     * F = Φ. The derivatives are the cumulants of a standard normal truncated to (l, h): ∂ = E, ∂² = V - 1, ∂³ = κ₃. On a short
     * interval they are integrated by Gauss-Legendre, where differences of Φ would cancel; on a long one they follow from
     * log Φ(h) + log(1 - e^x), x = log Φ(l) - log Φ(h), both ends in the lower tail.
     *
     * <p>With a = φ(h)/P, b = φ(l)/P: the upper threshold has derivatives a, a (h-E), a ((h-E)² - V), the lower one -b, -b
     * (l-E), -b ((l-E)² - V).
     */
    record Normal() implements Interval {
        /** Where the log-density changes by less than about this over the interval, the rule is exact to rounding. */
        private static final double SHORT = 2;

        private static final GaussIntegrator RULE = new GaussIntegratorFactory().legendreHighPrecision(16);
        private static final double[] X = new double[RULE.getNumberOfPoints()];
        private static final double[] W = new double[X.length];

        static {
            for (int i = 0; i < X.length; i++) {
                X[i] = RULE.getPoint(i);
                W[i] = RULE.getWeight(i);
            }
        }

        private static boolean isShort(double low, double high) {
            return (high - low) * Math.max(1, Math.max(Math.abs(low), Math.abs(high))) <= SHORT;
        }

        @Override
        public double draw(SplittableRandom random) {
            return RandomVariates.normal(random);
        }

        @Override
        public void log(double low, double high, double[] into) {
            if (low == Double.NEGATIVE_INFINITY) {
                StandardNormal.logProbabilityDerivatives(high, into);
                into[1] = -into[1];
                into[3] = -into[3];
            } else if (high == Double.POSITIVE_INFINITY) {
                StandardNormal.logProbabilityDerivatives(-low, into);
            } else if (isShort(low, high)) {
                integrate(low, high, into);
            } else if (low + high > 0) {
                subtract(-high, -low, into);
                into[1] = -into[1];
                into[3] = -into[3];
            } else {
                subtract(low, high, into);
            }
        }

        private static void integrate(double low, double high, double[] into) {
            double middle = 0.5 * (low + high);
            double half = 0.5 * (high - low);
            double mass = 0;
            double mean = 0;
            for (int i = 0; i < X.length; i++) {
                double d = half * X[i];
                double density = W[i] * Elementary.exp(-d * (middle + 0.5 * d));
                mass += density;
                mean += density * d;
            }
            mean /= mass;
            double variance = 0;
            double third = 0;
            for (int i = 0; i < X.length; i++) {
                double d = half * X[i];
                double density = W[i] * Elementary.exp(-d * (middle + 0.5 * d));
                double c = d - mean;
                variance += density * c * c;
                third += density * c * c * c;
            }
            into[0] = StandardNormal.logDensity(middle) + Elementary.log(half * mass);
            into[1] = middle + mean;
            into[2] = variance / mass - 1;
            into[3] = third / mass;
        }

        private static void subtract(double low, double high, double[] into) {
            StandardNormal.logProbabilityDerivatives(low, into);
            double x = into[0];
            double x1 = -into[1];
            double x2 = into[2];
            double x3 = -into[3];
            StandardNormal.logProbabilityDerivatives(high, into);
            x -= into[0];
            x1 += into[1];
            x2 -= into[2];
            x3 += into[3];
            double r = 1 / Elementary.expm1(-x);
            double second = r * (1 + r);
            into[0] += LogScale.log1mExp(-x);
            into[1] = -into[1] - r * x1;
            into[2] = into[2] - r * x2 - second * x1 * x1;
            into[3] = -into[3] - r * x3 - 3 * second * x1 * x2 - second * (1 + 2 * r) * x1 * x1 * x1;
        }

        @Override
        public void ends(double low, double high, double[] into) {
            log(low, high, into);
            double logP = into[0];
            double mean = into[1];
            double variance = into[2] + 1;
            end(low, logP, mean, variance, -1, into, 0);
            end(high, logP, mean, variance, 1, into, 3);
        }

        private static void end(
                double x, double logP, double mean, double variance, double sign, double[] into, int at) {
            if (Double.isInfinite(x)) {
                into[at] = 0;
                into[at + 1] = 0;
                into[at + 2] = 0;
                return;
            }
            double a = sign * Elementary.exp(StandardNormal.logDensity(x) - logP);
            double c = x - mean;
            into[at] = a;
            into[at + 1] = a * c;
            into[at + 2] = a * (c * c - variance);
        }
    }
}
