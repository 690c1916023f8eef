package org.sparkglmm.core.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;

/** What families of positive amounts share: their support, a dispersion that precision weights divide, where to start. */
abstract class AmountFamily implements Family {
    private static final long serialVersionUID = 1;

    private final String name;
    private final String dispersion;

    /** @param dispersion the name of its one own parameter, estimated as a logarithm: phi, whose inverse is a shape, or sigma */
    AmountFamily(String name, String dispersion) {
        this.name = name;
        this.dispersion = dispersion;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final boolean supports(double y, double size) {
        return y > 0 && y < Double.POSITIVE_INFINITY && size > 0 && size < Double.POSITIVE_INFINITY;
    }

    @Override
    public final Sentence support() {
        return Sentence.text("finite numbers above 0 (and positive, finite precision weights)");
    }

    @Override
    public final boolean takesPrecisionWeights() {
        return true;
    }

    @Override
    public final List<AuxiliaryParameter> auxiliary() {
        return List.of(AuxiliaryParameter.of(dispersion, Link.LOG, Role.DISPERSION));
    }

    /** The dispersion, and the shape 1/φ beside a φ. */
    @Override
    public final Map<String, Double> extra(double[] psi) {
        Map<String, Double> out = new LinkedHashMap<>(Family.super.extra(psi));
        if (out.containsKey("phi")) {
            out.put("shape", Elementary.exp(-psi[0]));
        }
        return out;
    }

    /** A shape, too, says what φ is. */
    @Override
    public final double[] psiOf(Map<String, Double> extra) {
        Double shape = extra.get("shape");
        boolean byShape = shape != null && dispersion.equals("phi") && !extra.containsKey("phi");
        return byShape ? new double[] {-Elementary.log(shape)} : Family.super.psiOf(extra);
    }

    @Override
    public double startingMean(OutcomeSummary outcome) {
        return outcome.mean();
    }

    /** e^log as an amount: where double has none of this size, its nearest. */
    static double amount(double log) {
        return Math.min(Math.max(Elementary.exp(log), Double.MIN_VALUE), Double.MAX_VALUE);
    }
}
