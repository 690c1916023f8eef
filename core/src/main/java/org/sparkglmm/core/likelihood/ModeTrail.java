package org.sparkglmm.core.likelihood;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.design.ClusterBlock;

/**
 * The parameter vectors at which earlier passes found the conditional modes, in order. A pass begins its search where the one
 * before it ended; the modes are kept beside each block together with the trail that led there. A block that has lost them, or comes
 * again (a lost executor, a repeated or speculative task), walks the trail anew: the modes it begins from have the same bits.
 */
public final class ModeTrail implements Serializable {
    private static final long serialVersionUID = 1;

    /** So that a lost block never has more than this to walk; then the trail begins anew, at u = 0. */
    private static final int LONGEST = 24;

    /** Where every search begins: at u = 0. */
    public static final ModeTrail NONE = new ModeTrail(List.of());

    private final List<double[]> points;

    private ModeTrail(List<double[]> points) {
        this.points = points;
    }

    /** The trail after another pass. */
    public ModeTrail then(double[] point) {
        List<double[]> longer = new ArrayList<>(points.size() < LONGEST ? points : List.of());
        longer.add(point.clone());
        return new ModeTrail(longer);
    }

    /** What is kept with a block. */
    private record Kept(ModeTrail trail, double[] modes) {}

    /** Where the modes of a block's clusters are at the end of this trail, q values a cluster; an array of one's own. */
    double[] modes(ClusterBlock block, MixedModel model) {
        int length = block.clusters() * model.layout().random();
        if (!model.density().isConcave()) {
            // There may be several modes, and where an earlier pass strayed to must not decide between them.
            return new double[length];
        }
        if (points.size() == LONGEST) {
            // The next trail begins with the next point, and so must the search.
            return new double[length];
        }
        Kept kept = block.byProduct(Kept.class);
        if (kept != null && kept.modes.length == length && isSame(kept.trail)) {
            return kept.modes.clone();
        }
        double[] modes = new double[length];
        if (!points.isEmpty()) {
            ModeSearch search = new ModeSearch(new ClusterWindow(model, block));
            for (double[] point : points) {
                search.setParameters(point);
                search.eachWindow(modes, true, () -> {});
            }
        }
        return modes;
    }

    /** Keeps with a block the modes that the last point of this trail led to. */
    void keep(ClusterBlock block, double[] modes) {
        block.keep(Kept.class, new Kept(this, modes));
    }

    private boolean isSame(ModeTrail other) {
        boolean same = points.size() == other.points.size();
        for (int k = 0; same && k < points.size(); k++) {
            same = Arrays.equals(points.get(k), other.points.get(k));
        }
        return same;
    }
}
