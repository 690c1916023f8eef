package org.sparkglmm.core.model;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.math.Precise;

/**
 * Log-densities as textbooks write them, in the mean, with so many digits that nothing needs care: the oracle of the
 * catalogue. Derivatives are central differences with a step of 1e-18 (of η, for links with an
 * edge at 0), whose error is its square.
 */
final class DensityReference {
    private static final BigDecimal ONE = BigDecimal.ONE;
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final BigDecimal STEP = new BigDecimal("1e-18");

    /** log f(y | μ) up to terms without μ and ψ. */
    private interface Density {
        BigDecimal log(Precise p, BigDecimal mu, BigDecimal y, BigDecimal size, BigDecimal[] psi);
    }

    private static final Map<String, Density> DENSITIES = Map.of(
            "gaussian",
            (p, mu, y, size, psi) -> {
                BigDecimal r = y.subtract(mu);
                BigDecimal variance = p.exp(psi[0].multiply(TWO)).divide(size, p.context());
                return psi[0].negate().subtract(r.multiply(r).divide(variance.multiply(TWO), p.context()));
            },
            "binomial",
            (p, mu, y, size, psi) -> times(y, () -> p.log(mu), p)
                    .add(times(size.subtract(y), () -> p.log(ONE.subtract(mu)), p), p.context()),
            "poisson",
            (p, mu, y, size, psi) -> times(y, () -> p.log(mu), p).subtract(mu));

    private final Precise precise;
    private final Density density;
    private final Link link;

    private DensityReference(Precise precise, Density density, Link link) {
        this.precise = precise;
        this.density = density;
        this.link = link;
    }

    /** Every family of the catalogue must have its line above. */
    static boolean knows(Family family) {
        return DENSITIES.containsKey(family.name());
    }

    static DensityReference of(Family family, Link link, int digits) {
        return new DensityReference(new Precise(digits), DENSITIES.get(family.name()), link);
    }

    private interface Lazy {
        BigDecimal get();
    }

    /** 0 log 0 = 0. */
    private static BigDecimal times(BigDecimal count, Lazy logarithm, Precise p) {
        return count.signum() == 0 ? BigDecimal.ZERO : count.multiply(logarithm.get(), p.context());
    }

    BigDecimal mean(BigDecimal eta) {
        MathContext c = precise.context();
        return switch (link) {
            case IDENTITY -> eta;
            case LOG -> precise.exp(eta);
            case INVERSE -> ONE.divide(eta, c);
            case SQRT -> eta.multiply(eta);
            case LOGIT -> ONE.divide(ONE.add(precise.exp(eta.negate())), c);
            case PROBIT -> precise.normalProbability(eta);
            case CLOGLOG -> ONE.subtract(precise.exp(precise.exp(eta).negate()), c);
        };
    }

    private BigDecimal value(BigDecimal eta, double y, double size, double[] psi) {
        BigDecimal[] precisePsi = new BigDecimal[psi.length];
        for (int k = 0; k < psi.length; k++) {
            precisePsi[k] = new BigDecimal(psi[k]);
        }
        return density.log(precise, mean(eta), new BigDecimal(y), new BigDecimal(size), precisePsi);
    }

    /** ℓ, ℓ', ℓ'', ℓ''' in η. */
    List<BigDecimal> derivatives(double at, double y, double size, double[] psi) {
        BigDecimal eta = new BigDecimal(at);
        boolean edge = link == Link.IDENTITY || link == Link.INVERSE || link == Link.SQRT;
        BigDecimal h = edge ? STEP.multiply(eta.abs()) : STEP;
        BigDecimal f0 = value(eta, y, size, psi);
        BigDecimal up = value(eta.add(h), y, size, psi);
        BigDecimal down = value(eta.subtract(h), y, size, psi);
        BigDecimal up2 = value(eta.add(h).add(h), y, size, psi);
        BigDecimal down2 = value(eta.subtract(h).subtract(h), y, size, psi);
        MathContext c = precise.context();
        return List.of(
                f0,
                up.subtract(down).divide(h.multiply(TWO), c),
                up.add(down).subtract(f0.multiply(TWO)).divide(h.multiply(h), c),
                up2.subtract(down2)
                        .subtract(up.subtract(down).multiply(TWO))
                        .divide(h.multiply(h).multiply(h).multiply(TWO), c));
    }
}
