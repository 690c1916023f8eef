package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/** Counts the passes over the full data, and reports those that evaluate an objective. */
final class PassCounter {
    private final FitListener listener;
    private int passes;

    PassCounter(FitListener listener) {
        this.listener = listener;
    }

    int passes() {
        return passes;
    }

    ClusterData counting(ClusterData data) {
        return new ClusterData() {
            @Override
            public <R> List<R> mapBlocks(BlockFunction<R> function) {
                passes++;
                return data.mapBlocks(function);
            }

            @Override
            public long rows() {
                return data.rows();
            }

            @Override
            public ClusterData withColumns(ColumnSelection keep) {
                return counting(data.withColumns(keep));
            }
        };
    }

    Objective reporting(Objective objective) {
        return new Objective() {
            @Override
            public int dimension() {
                return objective.dimension();
            }

            @Override
            public List<Evaluation> evaluate(List<double[]> points) {
                List<Evaluation> out = objective.evaluate(points);
                report(points.size(), out.get(0));
                return out;
            }
        };
    }

    /** Tells of the last pass, which evaluated an objective at so many points. */
    void report(int points, Evaluation first) {
        double squares = 0;
        for (double g : first.gradient()) {
            squares += g * g;
        }
        listener.pass(passes, points, -first.value(), Math.sqrt(squares));
    }
}
