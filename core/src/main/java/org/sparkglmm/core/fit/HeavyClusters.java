package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.diagnostics.DataFindings;
import org.sparkglmm.core.inference.Deletion;

/**
 * The clusters that hold so much of the data that what they do to the estimates needs their own information, and what follows from them
 * for the sandwich, which rests on differences between many clusters of a kind.
 */
final class HeavyClusters {
    /** Of what is known of a parameter. */
    private static final double MOST = 0.5;

    private final List<Deletion.Effect> heavy;
    private final DataMoments moments;

    private HeavyClusters(List<Deletion.Effect> heavy, DataMoments moments) {
        this.heavy = heavy;
        this.moments = moments;
    }

    /** One more pass, over these clusters alone; none where there are none. */
    static HeavyClusters of(ClusterData data, DataMoments moments, Deletion deletion) {
        double weight = moments.weight();
        if (!Deletion.isFor(moments.heaviest(), weight)) {
            return new HeavyClusters(List.of(), moments);
        }
        List<Deletion.Effect> all = new ArrayList<>();
        data.mapBlocks(block -> (ArrayList<Deletion.Effect>) heavy(block, weight, deletion))
                .forEach(all::addAll);
        return new HeavyClusters(all, moments);
    }

    private static List<Deletion.Effect> heavy(ClusterBlock block, double all, Deletion deletion) {
        List<Deletion.Effect> out = new ArrayList<>();
        for (int person = 0; person < block.persons(); person++) {
            int cluster = block.clusterOf(person);
            Deletion.Effect effect = Deletion.isFor(block.weightOf(cluster), all) ? deletion.of(block, person) : null;
            if (effect != null) {
                out.add(effect);
            }
        }
        return out;
    }

    /** The effect of the one that moves an estimate most, one without which there is none before all; null if there is none. */
    Deletion.Effect mostInfluential() {
        Deletion.Effect out = null;
        for (Deletion.Effect h : heavy) {
            boolean more = out == null || out.isDetermined() && (!h.isDetermined() || h.largest() > out.largest());
            out = more ? h : out;
        }
        return out;
    }

    /** How many move some estimate by more than so many standard errors. */
    long beyond(double standardErrors) {
        return heavy.stream().filter(h -> !(h.largest() <= standardErrors)).count();
    }

    /**
     * Why the sandwich does not hold; null if it may.
     *
     * @param fixed how many fixed effects come first among the parameters
     * @param names of all parameters
     */
    String againstSandwich(int fixed, List<String> names, String group) {
        if (!DataFindings.isDominant(moments)) {
            return null;
        }
        double most = MOST;
        int parameter = -1;
        double fewest = 0;
        for (Deletion.Effect h : heavy) {
            for (int k = 0; k < h.shares().length && h.parameters()[k] < fixed; k++) {
                if (h.shares()[k] > most) {
                    most = h.shares()[k];
                    parameter = k;
                    fewest = effective(k);
                }
            }
        }
        return parameter < 0
                ? null
                : String.format(
                        Locale.ROOT,
                        "one %s brings %.0f%% of what is known of %s, and the information is that of %.1f %s of a size, while"
                                + " the sandwich rests on differences between many",
                        group,
                        100 * Math.min(1, most),
                        names.get(heavy.get(0).parameters()[parameter]),
                        fewest,
                        group);
    }

    /** Clusters of a size that would bring as much: 1/Σw² for shares w of what is known of parameter k. */
    private double effective(int k) {
        double[] shares = heavy.stream().mapToDouble(h -> h.shares()[k]).toArray();
        double rest = Math.max(
                0,
                1
                        - IntStream.range(0, shares.length)
                                .mapToDouble(i -> shares[i])
                                .sum());
        double squares = rest * rest / Math.max(1, moments.clusters() - shares.length);
        for (double share : shares) {
            squares += share * share;
        }
        return 1 / squares;
    }
}
