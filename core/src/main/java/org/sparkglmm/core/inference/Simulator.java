package org.sparkglmm.core.inference;

import java.io.Serializable;
import java.util.SplittableRandom;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.math.RandomVariates;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.RandomCovariance;

/**
 * Outcomes drawn from a model: b = Λz with z ~ N(0, I), once a person, then y ~ f(· | η = offset + x'β + z'b, ψ).
 *
 * <p>Person and row have random streams of their own, so an outcome depends on the seed, the person, the number of the row and
 * what stands in it, and on nothing that is drawn for others.
 */
public final class Simulator implements Serializable {
    private static final long serialVersionUID = 1;

    /** In place of a row's number, which is 1 or more, for what is the person's. */
    private static final long PERSON = 0;

    private final LinearPredictor rows;
    private final Family family;
    private final Link link;
    private final int size;
    private final int q;
    private final RandomCovariance effects;
    private final long seed;
    private final Estimability estimability;

    /** Of parameters that hold everywhere. */
    public Simulator(ModelSpec spec, double[] parameters, long seed) {
        this(spec, parameters, Estimability.ALL, seed);
    }

    /**
     * @param spec of a design whose size, if it has one, is among its raw values
     * @param parameters β, θ, ψ
     * @param estimability where these say something; elsewhere there are no outcomes
     */
    public Simulator(ModelSpec spec, double[] parameters, Estimability estimability, long seed) {
        this.estimability = estimability;
        this.rows = new LinearPredictor(spec.design(), spec.family(), parameters);
        this.family = spec.family();
        this.link = spec.link();
        this.size = spec.design().size();
        this.q = spec.design().randomColumns().size();
        this.effects = RandomCovariance.of(spec.layout(), parameters);
        this.seed = seed;
    }

    /** A person's random effects. */
    public double[] effects(long person) {
        SplittableRandom random = RandomVariates.stream(seed, person, PERSON);
        double[] z = new double[q];
        for (int c = 0; c < q; c++) {
            z[c] = RandomVariates.normal(random);
        }
        double[] b = new double[q];
        for (int r = 0; r < q; r++) {
            for (int c = 0; c <= r; c++) {
                b[r] += effects.factor(r, c) * z[c];
            }
        }
        return b;
    }

    /**
     * An outcome: the code of a category, the number of successes; NaN if a value that it needs is missing or infinite, or if
     * no outcome is possible there (η outside the link's range, trials that are no whole number) or determined.
     *
     * @param raw the row's values, in the design's order
     * @param person 64 bits of the id
     * @param row its number among the person's rows, from 1
     */
    public double outcome(double[] raw, long person, long row) {
        double eta = rows.fixedPart(raw) + rows.randomPart(raw, effects(person));
        double trials = size < 0 ? 1 : raw[size];
        boolean possible = Math.abs(eta) < Double.POSITIVE_INFINITY
                && trials > 0
                && trials < Double.POSITIVE_INFINITY
                && estimability.holds(raw);
        if (!possible) {
            return Double.NaN;
        }
        double y = family.draw(link, eta, rows.auxiliary(raw), trials, RandomVariates.stream(seed, person, row));
        return family.supports(y, trials) ? y : Double.NaN;
    }

    /** Whether all outcomes of a family are whole numbers. */
    public static boolean drawsWholeNumbers(Family family) {
        return !family.supports(0.5, 1);
    }
}
