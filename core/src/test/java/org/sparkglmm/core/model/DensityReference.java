package org.sparkglmm.core.model;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sparkglmm.core.math.Precise;
import org.sparkglmm.core.math.PreciseGamma;

/**
 * Log-densities as textbooks write them, in the mean, with so many digits that nothing needs care: the oracle of the
 * catalogue. Derivatives are central differences with a step of 1e-18 (of η, for links with an
 * edge at 0), whose error is its square.
 */
final class DensityReference {
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final BigDecimal HALF = new BigDecimal("0.5");
    private static final BigDecimal STEP = new BigDecimal("1e-18");
    /** A logarithm of a probability that is 0 beside any other number. */
    private static final BigDecimal LEAST = new BigDecimal("-1e5");
    /** Enough for what does not depend on η, so that differences in η do not see its errors. */
    private static final int CONSTANT_DIGITS = 100;

    private static final Map<Integer, PreciseGamma> GAMMAS = new ConcurrentHashMap<>();
    private static final Map<List<Object>, BigDecimal> LOG_GAMMAS = new ConcurrentHashMap<>();
    private static final Map<List<Object>, BigDecimal> SERIES = new ConcurrentHashMap<>();

    /** log f(y | μ) up to terms without η and ψ. */
    private interface Density {
        BigDecimal log(Point at);
    }

    private static final Map<String, Density> DENSITIES = Map.ofEntries(
            Map.entry("gaussian", a -> a.normal(a.y, a.mu())),
            Map.entry("lognormal", a -> a.normal(a.log(a.y), a.eta)),
            Map.entry("binomial", a -> a.times(a.y, () -> a.log(a.mu()))
                    .add(a.times(a.size.subtract(a.y), () -> a.log(a.complement(a.eta))), a.context)),
            Map.entry("poisson", a -> a.times(a.y, () -> a.log(a.mu())).subtract(a.mu())),
            Map.entry("nbinom1", a -> a.negativeBinomial(a.over(a.mu(), a.exp(a.psi[0])))),
            Map.entry("nbinom2", a -> a.negativeBinomial(a.exp(a.psi[0]))),
            Map.entry("gamma", a -> {
                BigDecimal k = a.over(a.size, a.exp(a.psi[0]));
                return k.multiply(a.log(a.over(k.multiply(a.y, a.context), a.mu())), a.context)
                        .subtract(a.over(k.multiply(a.y), a.mu()))
                        .subtract(a.logGamma(k))
                        .add(HALF.multiply(a.log(TWO.multiply(a.p.pi()))), a.context);
            }),
            Map.entry("inversegaussian", a -> {
                BigDecimal r = a.y.subtract(a.mu());
                BigDecimal below =
                        TWO.multiply(a.exp(a.psi[0])).multiply(a.mu().pow(2)).multiply(a.y);
                return a.over(a.size.multiply(r.multiply(r)), below).negate().subtract(HALF.multiply(a.psi[0]));
            }),
            Map.entry("tweedie", Point::tweedie),
            Map.entry("beta", a -> {
                BigDecimal phi = a.exp(a.psi[0]);
                BigDecimal alpha = phi.multiply(a.mu(), a.context);
                BigDecimal beta = phi.multiply(a.complement(a.eta), a.context);
                return a.logGamma(phi)
                        .subtract(a.logGamma(alpha))
                        .subtract(a.logGamma(beta))
                        .add(alpha.multiply(a.log(a.y)))
                        .add(beta.multiply(a.log(ONE.subtract(a.y))), a.context);
            }),
            Map.entry("betabinomial", a -> {
                BigDecimal phi = a.exp(a.psi[0]);
                BigDecimal alpha = phi.multiply(a.mu(), a.context);
                return a.logRising(alpha, a.y)
                        .add(a.logRising(phi.multiply(a.complement(a.eta), a.context), a.size.subtract(a.y)))
                        .subtract(a.logRising(phi, a.size), a.context);
            }),
            Map.entry("ordinal", a -> {
                int k = a.y.intValue();
                if (a.eta.signum() < 0) {
                    BigDecimal above = k == a.psi.length ? BigDecimal.ZERO : a.complement(a.psi[k].subtract(a.eta));
                    BigDecimal from = k == 0 ? ONE : a.complement(a.psi[k - 1].subtract(a.eta));
                    return a.log(from.subtract(above, a.context));
                }
                BigDecimal below = k == 0 ? BigDecimal.ZERO : a.mean(a.psi[k - 1].subtract(a.eta));
                BigDecimal upTo = k == a.psi.length ? ONE : a.mean(a.psi[k].subtract(a.eta));
                return a.log(upTo.subtract(below, a.context));
            }));

    private final PreciseGamma gamma;
    private final Density density;
    private final Link link;
    /** Of numbers already met: outcomes at one η have most of them in common. */
    private final Map<BigDecimal, BigDecimal> logarithms = new HashMap<>();

    private final Map<BigDecimal, BigDecimal> exponentials = new HashMap<>();

    private DensityReference(int digits, Density density, Link link) {
        gamma = gammaOf(digits);
        this.density = density;
        this.link = link;
    }

    /** Shared: their Bernoulli numbers take time. */
    private static PreciseGamma gammaOf(int digits) {
        return GAMMAS.computeIfAbsent((digits + 49) / 50 * 50, PreciseGamma::new);
    }

    /** Every family of the catalogue must have its line above, but those that are made of another. */
    static boolean knows(String key) {
        return densityOf(key) != null;
    }

    static DensityReference of(Catalogue.Entry entry, int digits) {
        return new DensityReference(digits, densityOf(entry.key()), entry.link());
    }

    /** The inverse of a link. */
    static BigDecimal mean(Link link, BigDecimal eta, int digits) {
        return new DensityReference(digits, null, link)
                .point(eta, BigDecimal.ZERO, ONE)
                .mu();
    }

    private static Density densityOf(String key) {
        if (key.startsWith("zi-truncated_")) {
            Density counts = densityOf(key.substring(3));
            return a -> a.y.signum() == 0
                    ? a.log(a.pi())
                    : a.log(ONE.subtract(a.pi())).add(counts.log(a));
        }
        if (key.startsWith("zi-")) {
            Density counts = densityOf(key.substring(3));
            return a -> a.y.signum() == 0
                    ? a.log(a.pi().add(ONE.subtract(a.pi()).multiply(a.probability(counts.log(a)), a.context)))
                    : a.log(ONE.subtract(a.pi())).add(counts.log(a));
        }
        if (key.startsWith("truncated_")) {
            Density counts = DENSITIES.get(key.substring("truncated_".length()));
            return a -> counts.log(a).subtract(a.log(ONE.subtract(a.probability(counts.log(a.atZero())))), a.context);
        }
        return DENSITIES.get(key);
    }

    private interface Lazy {
        BigDecimal get();
    }

    private Point point(BigDecimal eta, BigDecimal y, BigDecimal size, BigDecimal... psi) {
        return new Point(this, eta, y, size, psi);
    }

    /** Where a density is wanted, and the arithmetic for it. */
    private static final class Point {
        private final DensityReference reference;
        private final PreciseGamma gamma;
        private final Precise p;
        private final MathContext context;
        private final Link link;
        private final BigDecimal eta;
        private final BigDecimal y;
        private final BigDecimal size;
        private final BigDecimal[] psi;
        private BigDecimal mu;

        Point(DensityReference reference, BigDecimal eta, BigDecimal y, BigDecimal size, BigDecimal[] psi) {
            this.reference = reference;
            gamma = reference.gamma;
            p = gamma.precise();
            context = p.context();
            link = reference.link;
            this.eta = eta;
            this.y = y;
            this.size = size;
            this.psi = psi;
        }

        Point atZero() {
            return new Point(reference, eta, BigDecimal.ZERO, size, psi);
        }

        BigDecimal logGamma(BigDecimal x) {
            // Γ(1+x)/x: 1+x need not have the digits of a tiny x.
            return LOG_GAMMAS.computeIfAbsent(
                    List.of(x, context.getPrecision()),
                    k -> gamma.logGamma(ONE.add(x, context)).subtract(log(x), context));
        }

        /** e^x, or 0 where no number of digits could tell. */
        BigDecimal probability(BigDecimal x) {
            return x.compareTo(LEAST) < 0 ? BigDecimal.ZERO : exp(x);
        }

        BigDecimal mu() {
            if (mu == null) {
                mu = mean(eta);
            }
            return mu;
        }

        BigDecimal exp(BigDecimal x) {
            return reference.exponentials.computeIfAbsent(x, p::exp);
        }

        BigDecimal log(BigDecimal x) {
            return reference.logarithms.computeIfAbsent(x, p::log);
        }

        BigDecimal over(BigDecimal a, BigDecimal b) {
            return a.divide(b, context);
        }

        BigDecimal mean(BigDecimal x) {
            return switch (link) {
                case IDENTITY -> x;
                case LOG -> exp(x);
                case INVERSE -> over(ONE, x);
                case SQRT -> x.multiply(x);
                case LOGIT -> over(ONE, ONE.add(exp(x.negate())));
                case PROBIT -> p.normalProbability(x);
                case CLOGLOG -> ONE.subtract(exp(exp(x).negate()), context);
                case LOGLOG -> exp(exp(x.negate()).negate());
            };
        }

        /** 1 - F(x) of a link that gives probabilities. */
        BigDecimal complement(BigDecimal x) {
            return switch (link) {
                case LOGIT, PROBIT -> mean(x.negate());
                case CLOGLOG -> exp(exp(x).negate());
                case LOGLOG -> ONE.subtract(exp(exp(x.negate()).negate()), context);
                default -> ONE.subtract(mean(x));
            };
        }

        /** 0 log 0 = 0. */
        BigDecimal times(BigDecimal count, Lazy logarithm) {
            return count.signum() == 0 ? BigDecimal.ZERO : count.multiply(logarithm.get(), context);
        }

        /** The probability of a zero of its own kind, the last ψ. */
        BigDecimal pi() {
            return over(ONE, ONE.add(exp(psi[psi.length - 1].negate())));
        }

        BigDecimal normal(BigDecimal outcome, BigDecimal mean) {
            BigDecimal r = outcome.subtract(mean);
            BigDecimal variance = over(exp(psi[0].multiply(TWO)), size);
            return psi[0].negate().subtract(over(r.multiply(r), variance.multiply(TWO)));
        }

        /** log of a (a+1) … (a+n-1). */
        BigDecimal logRising(BigDecimal a, BigDecimal n) {
            BigDecimal product = ONE;
            for (int i = 0; i < n.intValue(); i++) {
                product = product.multiply(a.add(BigDecimal.valueOf(i)), context);
            }
            return log(product);
        }

        BigDecimal negativeBinomial(BigDecimal theta) {
            BigDecimal sum = theta.add(mu());
            return logRising(theta, y)
                    .add(times(y, () -> log(over(mu(), sum))))
                    .add(theta.multiply(log(over(theta, sum)), context));
        }

        /** p: from 1.01 to 1.99 on the logit scale. */
        private BigDecimal power() {
            return new BigDecimal("1.01")
                    .add(new BigDecimal("0.98").multiply(over(ONE, ONE.add(exp(psi[1].negate()))), context));
        }

        /** Dunn and Smyth (2005), (3) and (4). */
        BigDecimal tweedie() {
            BigDecimal phi = exp(psi[0]);
            BigDecimal power = power();
            BigDecimal u = ONE.subtract(power);
            BigDecimal v = TWO.subtract(power);
            BigDecimal part = y.multiply(over(exp(u.multiply(eta)), u)).subtract(over(exp(v.multiply(eta)), v));
            BigDecimal series = y.signum() == 0
                    ? BigDecimal.ZERO
                    : SERIES.computeIfAbsent(
                            List.of(y, psi[0], psi[1]), k -> new DensityReference(CONSTANT_DIGITS, null, link)
                                    .point(eta, y, size, psi)
                                    .logSeries());
            return series.add(over(part, phi));
        }

        private BigDecimal logSeries() {
            BigDecimal phi = exp(psi[0]);
            BigDecimal u = ONE.subtract(power());
            BigDecimal v = ONE.add(u);
            BigDecimal nu = over(v, u.negate());
            BigDecimal z = nu.multiply(log(over(y, u.negate())))
                    .subtract(ONE.add(nu).multiply(log(phi)))
                    .subtract(log(v));
            BigDecimal sum = BigDecimal.ZERO;
            BigDecimal factorial = ONE;
            boolean falls = false;
            BigDecimal last = BigDecimal.ZERO;
            for (int j = 1; ; j++) {
                BigDecimal count = BigDecimal.valueOf(j);
                factorial = factorial.multiply(count, context);
                BigDecimal term = over(
                        exp(count.multiply(z).subtract(gamma.logGamma(nu.multiply(count, context)), context)),
                        factorial);
                sum = sum.add(term, context);
                falls |= term.compareTo(last) < 0;
                last = term;
                if (falls && term.compareTo(sum.movePointLeft(context.getPrecision())) < 0) {
                    return log(sum);
                }
            }
        }
    }

    private BigDecimal value(BigDecimal eta, double y, double size, BigDecimal[] psi) {
        return density.log(point(eta, new BigDecimal(y), new BigDecimal(size), psi));
    }

    private static BigDecimal[] precise(double[] psi) {
        return Arrays.stream(psi).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new);
    }

    /** ℓ, ℓ', ℓ'', ℓ''' in η. */
    List<BigDecimal> derivatives(double at, double y, double size, double[] psi) {
        return derivatives(at, y, size, precise(psi));
    }

    private List<BigDecimal> derivatives(double at, double y, double size, BigDecimal[] psi) {
        BigDecimal eta = new BigDecimal(at);
        boolean edge = link == Link.IDENTITY || link == Link.INVERSE || link == Link.SQRT;
        BigDecimal h = edge ? STEP.multiply(eta.abs()) : STEP;
        BigDecimal f0 = value(eta, y, size, psi);
        BigDecimal up = value(eta.add(h), y, size, psi);
        BigDecimal down = value(eta.subtract(h), y, size, psi);
        BigDecimal up2 = value(eta.add(h).add(h), y, size, psi);
        BigDecimal down2 = value(eta.subtract(h).subtract(h), y, size, psi);
        MathContext c = gamma.precise().context();
        return List.of(
                f0,
                up.subtract(down).divide(h.multiply(TWO), c),
                up.add(down).subtract(f0.multiply(TWO)).divide(h.multiply(h), c),
                up2.subtract(down2)
                        .subtract(up.subtract(down).multiply(TWO))
                        .divide(h.multiply(h).multiply(h).multiply(TWO), c));
    }

    /** ∂ψ_k of ℓ, ℓ', ℓ'' and ℓ'''. */
    List<BigDecimal> byPsi(int k, double at, double y, double size, double[] psi) {
        BigDecimal[] up = precise(psi);
        BigDecimal[] down = precise(psi);
        up[k] = up[k].add(STEP);
        down[k] = down[k].subtract(STEP);
        List<BigDecimal> above = derivatives(at, y, size, up);
        List<BigDecimal> below = derivatives(at, y, size, down);
        MathContext c = gamma.precise().context();
        return java.util.stream.IntStream.range(0, 4)
                .mapToObj(i -> above.get(i).subtract(below.get(i)).divide(STEP.multiply(TWO), c))
                .toList();
    }
}
