package org.sparkglmm.core.model;

import java.util.List;
import java.util.SplittableRandom;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/** Normal outcomes with standard deviation σ, or σ/√v with a precision weight v. y real. McCullagh and Nelder (1989), §8. */
final class GaussianFamily implements Family {
    @Override
    public String name() {
        return "gaussian";
    }

    @Override
    public List<Link> links() {
        return List.of(Link.IDENTITY, Link.LOG, Link.INVERSE);
    }

    @Override
    public ObservationModel model(Link link) {
        return new NormalModel(link, false);
    }

    @Override
    public boolean supports(double y, double size) {
        return Math.abs(y) < Double.POSITIVE_INFINITY && size > 0 && size < Double.POSITIVE_INFINITY;
    }

    @Override
    public Sentence support() {
        return Sentence.text("finite numbers (and positive, finite precision weights)");
    }

    @Override
    public double logConstant(double y, double size) {
        return 0.5 * Elementary.log(size) - StandardNormal.HALF_LOG_TWO_PI;
    }

    @Override
    public boolean takesPrecisionWeights() {
        return true;
    }

    @Override
    public boolean isLinear(Link link) {
        return link == Link.IDENTITY;
    }

    @Override
    public boolean isQuadratic(Link link) {
        return link == Link.IDENTITY;
    }

    @Override
    public List<AuxiliaryParameter> auxiliary() {
        return List.of(AuxiliaryParameter.of("sigma", Link.LOG, Role.DISPERSION));
    }

    @Override
    public double variance(Link link, double eta, double[] psi, double size) {
        return Elementary.exp(2 * psi[0]) / size;
    }

    @Override
    public double cumulative(Link link, double eta, double[] psi, double y, double size) {
        return NormalModel.cumulative(link.mean(eta), psi[0], y, size);
    }

    @Override
    public double draw(Link link, double eta, double[] psi, double size, SplittableRandom random) {
        double y = NormalModel.draw(link.mean(eta), psi[0], size, random);
        return Math.min(Math.max(y, -Double.MAX_VALUE), Double.MAX_VALUE);
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return outcome.mean();
    }

    @Override
    public double[] startingPsi(OutcomeSummary outcome, Link link) {
        return new double[] {0.5 * Elementary.log(outcome.variance())};
    }
}
