package org.sparkglmm.core.fit;

import java.util.List;
import java.util.function.Supplier;
import org.sparkglmm.core.design.BlockFunction;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.SummingPass;
import org.sparkglmm.core.math.Fingerprint;
import org.sparkglmm.core.math.NumberTape;
import org.sparkglmm.core.optim.Evaluation;
import org.sparkglmm.core.optim.Objective;

/**
 * Counts the passes over the full data, and reports those that evaluate an objective. What a journal knows of an earlier attempt is taken
 * from there, and counts all the same.
 */
final class PassCounter {
    private final FitListener listener;
    private final PassJournal journal;
    private int passes;
    /** Stands for the data, the model, and all that was asked so far. */
    private long history;

    PassCounter(FitListener listener, PassJournal journal) {
        this.listener = listener;
        this.journal = journal;
    }

    /** Opens the journal, once the data are known. */
    void begin(Problem problem) {
        Fingerprint fit = new Fingerprint()
                .add(problem.moments().contents())
                .add(problem.family().name())
                .add(problem.link().label())
                .add(problem.options().reml() ? 1 : 0)
                .add(problem.options().optimizer());
        problem.names().forEach(fit::add);
        history = fit.value();
        if (journal.begin(history)) {
            listener.stage("going on where an earlier attempt was cut off");
        }
    }

    /** What the journal knows, or what it is to know from now on. */
    double[] journaled(long question, Supplier<double[]> answer) {
        history = new Fingerprint().add(history).add(question).value();
        double[] known = journal.find(history);
        if (known != null) {
            return known;
        }
        double[] out = answer.get();
        journal.keep(history, out);
        return out;
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
            public <S extends SummingPass.Sum<S>> S total(SummingPass<S> pass) {
                int before = passes;
                double[] numbers = journaled(pass.fingerprint(), () -> {
                    NumberTape tape = new NumberTape();
                    data.total(pass).save(tape);
                    return tape.toArray();
                });
                passes = before + 1;
                S total = pass.nothing();
                total.restore(new NumberTape(numbers));
                return total;
            }

            @Override
            public long rows() {
                return data.rows();
            }

            @Override
            public ClusterData withColumns(ColumnSelection keep) {
                return counting(data.withColumns(keep));
            }

            @Override
            public ClusterData centred(Centring centring) {
                return counting(data.centred(centring));
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
