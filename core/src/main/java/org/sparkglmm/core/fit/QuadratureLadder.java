package org.sparkglmm.core.fit;

import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.likelihood.GaussHermite;

/** Numbers of nodes per dimension worth trying, by dimension, and what a grid may cost. */
final class QuadratureLadder {
    /** A grid with more points than this costs more than any conclusion drawn from it is worth. */
    static final int MOST_POINTS = 20_000;

    private static final int[][] RUNGS = {
        {1, 5, 9, 15, 25, 41, 65, 101, 151},
        {1, 5, 7, 9, 11, 15, 21, 31},
        {1, 3, 5, 7, 9, 11, 13, 15},
        {1, 3, 5, 7, 9},
    };

    private static final int[] LAPLACE_ONLY = {1};

    private QuadratureLadder() {}

    /** The rungs for q random effects; Laplace alone from q = 5 on. */
    static int[] rungs(int q) {
        return q <= RUNGS.length ? RUNGS[q - 1].clone() : LAPLACE_ONLY;
    }

    /** A finer rule to check a fixed number of nodes by, or 0 if none is affordable. */
    static int finer(int nodes, int q) {
        for (int rung : rungs(q)) {
            if (rung > nodes + 1) {
                return rung;
            }
        }
        return 0;
    }

    /** Whether there is more than one rung for q random effects. */
    static boolean isClimb(int q) {
        return q <= RUNGS.length;
    }

    /** Whether the ladder ends there. */
    static boolean isLast(int nodes, int q) {
        int[] rungs = rungs(q);
        return rungs.length > 1 && nodes == rungs[rungs.length - 1];
    }

    /** The next finer rule, beyond the ladder's end too; 0 if none is affordable. */
    static int beyond(int nodes, int q) {
        int next = finer(nodes, q);
        if (next > 0) {
            return next;
        }
        int more = nodes + Math.max(4, nodes / 4 * 2);
        return more <= GaussHermite.MOST_NODES && GaussHermite.size(more, q) <= MOST_POINTS ? more : 0;
    }

    /** @throws UsageException if the grid would have too many points */
    static void require(int nodes, int q) {
        long points = GaussHermite.size(nodes, q);
        if (points > MOST_POINTS) {
            int most = (int) Math.floor(Math.pow(MOST_POINTS, 1.0 / q) + 1e-9);
            throw new UsageException(Sentence.of(
                    "nodes: %s per dimension in %s dimensions are %s points a person, more than %s; use %s or fewer, or split the"
                            + " random part with ||",
                    nodes, q, points, MOST_POINTS, Setting.NODES.at("" + most, most + " nodes")));
        }
    }
}
