package org.sparkglmm.core.model;

import org.sparkglmm.core.math.BernoulliFunction;
import org.sparkglmm.core.math.Elementary;

/** Poisson counts of which none is 0: log f = y log μ - log(e^μ - 1) - log y! = (y-1) log μ + log R(μ) - log y!. */
final class TruncatedPoissonFamily extends CountFamily {
    private static final long serialVersionUID = 1;

    TruncatedPoissonFamily() {
        super("poisson", true);
    }

    @Override
    public String moreSpread() {
        return "family truncated_nbinom2 or truncated_nbinom1";
    }

    @Override
    public ObservationModel model(Link link) {
        return new Model();
    }

    @Override
    double minusLogZero(double mu, double[] psi) {
        return mu;
    }

    @Override
    double logShape(double eta, double[] psi) {
        return Double.POSITIVE_INFINITY;
    }

    private record Model() implements ObservationModel {
        @Override
        public boolean isConcave() {
            return true;
        }

        @Override
        public void evaluate(RowWindow rows, int order, Derivatives out) {
            Observations observations = rows.observations;
            int from = rows.from;
            int count = rows.count;
            double[] eta = rows.eta;
            double[] r = out.scratch(0);
            for (int j = 0; j < count; j++) {
                double above = observations.y[from + j] - 1;
                BernoulliFunction.log(Elementary.exp(eta[j]), r);
                out.set(j, observations.weight(from + j), above * eta[j] + r[0], above + r[1], r[2], r[3]);
            }
        }
    }
}
