package org.sparkglmm.core.fit;

import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.design.RandomBlocks;
import org.sparkglmm.core.design.Rows;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.likelihood.GaussHermite;
import org.sparkglmm.core.likelihood.MarginalLikelihood;
import org.sparkglmm.core.model.Families;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.optim.Evaluation;

/**
 * Whether the default judges itself rightly: what {@code auto} ends with is held against a rule of twice the nodes, whose optimum is a
 * Newton step away, and its time against a fit with the rule that it ended on. Run by {@code scripts/auto-study}.
 */
final class AutoStudy {
    private static final int VISITS = 5;
    private static final int[] PERSONS = {300, 3_000, 30_000, 300_000};
    /** The blocks of a table. */
    private static final int BLOCKS = 64;

    private record Kind(String label, String family, double intercept, double sd) {}

    private static final Kind[] KINDS = {
        new Kind("yes/no, SD 1", "binomial", -0.5, 1),
        new Kind("yes/no, SD 4", "binomial", -1, 4),
        new Kind("poisson, SD 0.8", "poisson", 0.3, 0.8)
    };

    private AutoStudy() {}

    public static void main(String[] arguments) {
        int most = arguments.length > 0 ? Integer.parseInt(arguments[0]) : Integer.MAX_VALUE;
        int least = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 0;
        System.out.printf(
                "%-16s %8s %7s %5s %8s %9s %10s %10s %9s %7s%n",
                "outcome",
                "effects",
                "persons",
                "nodes",
                "settled",
                "converged",
                "SE off",
                "logLik off",
                "auto s",
                "times");
        warmUp();
        int wrong = 0;
        for (Kind kind : KINDS) {
            for (int q = 1; q <= 2; q++) {
                for (int persons : PERSONS) {
                    boolean wanted = persons >= least && persons <= most;
                    wrong += wanted && !study(kind, q, persons) ? 1 : 0;
                }
            }
        }
        System.out.println(wrong + " verdicts that twice the nodes contradict");
    }

    /** The first fits of a virtual machine are slower than any after them. */
    private static void warmUp() {
        for (Kind kind : KINDS) {
            for (int q = 1; q <= 2; q++) {
                Family family = Families.named(kind.family());
                Rows rows = rows(kind, q, 20_000);
                fit(rows, family, rows.data(family, BLOCKS, 2), FitOptions.AUTO);
            }
        }
    }

    /** Whether the verdict is what twice the nodes say. */
    private static boolean study(Kind kind, int q, int persons) {
        Family family = Families.named(kind.family());
        Rows rows = rows(kind, q, persons);
        ClusterData data = rows.data(family, Math.min(BLOCKS, persons / 10), 2);
        long start = System.nanoTime();
        FitResult auto = fit(rows, family, data, FitOptions.AUTO);
        double seconds = seconds(start);
        start = System.nanoTime();
        fit(rows, family, data, auto.nodes());
        double fixed = seconds(start);
        int twice = Math.min(GaussHermite.MOST_NODES, 2 * auto.nodes());
        Evaluation finer =
                new MarginalLikelihood(data, auto.model(), new GaussHermite(twice, q)).evaluate(auto.parameters());
        double decrement = decrement(finer.gradient(), auto.covariance());
        double apart = Math.sqrt(decrement);
        double higher = -finer.value() + 0.5 * decrement - auto.logLikelihood();
        IntegrationTolerance tolerance = IntegrationTolerance.DEFAULT;
        boolean agrees = tolerance.holds(higher, apart);
        System.out.printf(
                Locale.ROOT,
                "%-16s %8d %7d %5d %8s %9s %10.5f %10.5f %9.2f %7.2f%n",
                kind.label(),
                q,
                persons,
                auto.nodes(),
                auto.integration().settled() ? "yes" : "no",
                auto.converged() ? "yes" : "no",
                apart,
                higher,
                seconds,
                seconds / fixed);
        return agrees == auto.integration().settled() && (auto.converged() || !agrees);
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    private static FitResult fit(Rows rows, Family family, ClusterData data, int nodes) {
        return GlmmFit.fit(
                new ModelSpec(rows.design(), family, family.links().get(0)),
                data,
                new FitOptions(nodes, false, "newton"),
                FitListener.SILENT);
    }

    private static double decrement(double[] gradient, ParameterCovariance covariance) {
        int[] free = covariance.indices();
        double[][] v = covariance.matrix(StandardErrors.MODEL);
        double out = 0;
        for (int i = 0; i < free.length; i++) {
            for (int j = 0; j < free.length; j++) {
                out += gradient[free[i]] * v[i][j] * gradient[free[j]];
            }
        }
        return out;
    }

    private static Rows rows(Kind kind, int q, int persons) {
        Random random = new Random(persons + q);
        Rows rows = new Rows(RandomBlocks.design(3, q, false));
        boolean yesNo = kind.family().equals("binomial");
        for (long id = 0; id < persons; id++) {
            double b0 = kind.sd() * random.nextGaussian();
            double b1 = q > 1 ? 0.4 * kind.sd() * random.nextGaussian() - 0.1 * b0 : 0;
            int x2 = random.nextInt(2);
            for (int j = 0; j < VISITS; j++) {
                double x1 = j / 4.0 - 0.5;
                double eta = kind.intercept() + b0 + (0.5 + b1) * x1 - 0.3 * x2;
                double y = yesNo
                        ? random.nextDouble() < 1 / (1 + Math.exp(-eta)) ? 1 : 0
                        : Simulation.draw(Families.named("poisson"), Math.exp(eta), random)[0];
                rows.add(id, y, 1, 1, 0, x1, x2);
            }
        }
        return rows;
    }
}
