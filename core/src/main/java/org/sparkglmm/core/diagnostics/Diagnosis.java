package org.sparkglmm.core.diagnostics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterBlock;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.diagnostics.Diagnostics.Bin;
import org.sparkglmm.core.diagnostics.Diagnostics.Collinearity;
import org.sparkglmm.core.diagnostics.Diagnostics.EffectShape;
import org.sparkglmm.core.diagnostics.Diagnostics.Influence;
import org.sparkglmm.core.diagnostics.Diagnostics.Pearson;
import org.sparkglmm.core.diagnostics.Diagnostics.Residuals;
import org.sparkglmm.core.diagnostics.Diagnostics.Trend;
import org.sparkglmm.core.diagnostics.Diagnostics.VarianceShares;
import org.sparkglmm.core.diagnostics.Diagnostics.Zeros;
import org.sparkglmm.core.likelihood.MixedModel;
import org.sparkglmm.core.math.Elementary;
import org.sparkglmm.core.math.StandardNormal;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/** Makes {@link Diagnostics} of a fit, in this process, from a sample of its clusters. */
public final class Diagnosis {
    /** Rows after which a sample says enough: proportions and means of residuals are known to some 0.003. */
    public static final long SAMPLE_ROWS = 100_000;
    /** Rows with a quantile residual: distribution functions may take a tenth of a millisecond. */
    private static final double QUANTILE_ROWS = 25_000;
    /** Bins of a trend, of this many rows at least. */
    private static final int BINS = 10;

    private static final int ROWS_A_BIN = 30;
    /** Covariates whose trends are shown. */
    private static final int MOST_TRENDS = 6;

    private static final double[] PROBABILITIES = {
        0.001, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.975, 0.99, 0.999
    };

    private final Design design;
    private final Family family;
    private final Link link;
    private final double[] parameters;
    private final ParameterLayout layout;
    private final DataMoments moments;

    private Diagnosis(ModelSpec spec, double[] parameters, DataMoments moments) {
        design = spec.design();
        family = spec.family();
        link = spec.link();
        this.parameters = parameters;
        layout = spec.layout();
        this.moments = moments;
    }

    /**
     * What is known of the estimates.
     *
     * @param influence of single clusters, null if unknown
     * @param separated whether an effect has no finite estimate: parts of the variance would be those of a number without meaning
     * @param converged whether the parameters are estimates; if not, nothing is found in residuals from them
     * @param sandwich whether robust standard errors are shown
     */
    public record Known(Influence influence, boolean separated, boolean converged, boolean sandwich) {}

    /**
     * The diagnostics of a fit.
     *
     * @param parameters β, θ, ψ
     * @param sample of clusters, {@link #SAMPLE_ROWS} rows or fewer are enough
     * @param minCellCount a level with fewer clusters is flagged
     */
    public static Diagnostics of(
            ModelSpec spec,
            double[] parameters,
            DataMoments moments,
            ClusterData sample,
            Known known,
            int minCellCount) {
        return new Diagnosis(spec, parameters, moments).run(sample, known, minCellCount);
    }

    private Diagnostics run(ClusterData sample, Known known, int minCellCount) {
        MixedModel model = new MixedModel(family.model(link), layout);
        List<ClusterBlock> blocks = sample.mapBlocks(block -> block);
        double weightOfRows = blocks.stream().mapToDouble(Diagnosis::weight).sum();
        boolean weighted = moments.weight() != moments.rows();
        double copies = weighted ? Math.min(1, SAMPLE_ROWS / weightOfRows) : 1;
        List<ResidualPass.Residuals> parts = sample.mapBlocks(new ResidualPass(
                model,
                family,
                link,
                parameters,
                QUANTILE_ROWS / (copies * weightOfRows),
                copies,
                moments.fingerprint()));
        long clusters = blocks.stream().mapToLong(ClusterBlock::clusters).sum();
        Pearson pearson = pearson(parts, weightOfRows);
        Zeros zeros = zeros(parts);
        Residuals residuals = residuals(parts, blocks);
        double weight = parts.stream().mapToDouble(p -> p.weight).sum();
        List<EffectScores> effects = effects(parts);
        VarianceShares shares = shares(known.separated);
        Collinearity collinearity = CollinearColumns.of(design, family, moments);
        Findings findings = new Findings(design, family, moments, clusters, known.sandwich);
        if (known.converged) {
            findings.effects(effects, RandomCovariance.of(layout, parameters));
            findings.residuals(pearson, regular(parts), zeros, weight, residuals);
            findings.influence(known.influence);
        }
        List<Warning> all = new ArrayList<>(findings.list());
        Findings.collinearity(collinearity, all);
        all.addAll(DataFindings.of(design, family, link, moments, minCellCount));
        return new Diagnostics(
                Math.round(weightOfRows),
                clusters,
                pearson,
                zeros,
                residuals,
                effects.stream().map(EffectScores::shape).toList(),
                shares,
                known.influence,
                collinearity,
                moments.levels(),
                List.copyOf(all));
    }

    private Pearson pearson(List<ResidualPass.Residuals> parts, double weightOfRows) {
        double weight = 0;
        double atModes = 0;
        double drawn = 0;
        double squares = 0;
        for (ResidualPass.Residuals part : parts) {
            weight += part.weight;
            atModes += part.pearsonAtModes;
            drawn += part.pearson;
            squares += part.pearsonSquares;
        }
        double parametersInSample = parameters.length * weightOfRows / moments.weight();
        double mean = drawn / weight;
        double variance = Math.max(0, squares / weight - mean * mean);
        return new Pearson(tellsSpread(), atModes / (weight - parametersInSample), mean, Math.sqrt(variance / weight));
    }

    private static Findings.Regular regular(List<ResidualPass.Residuals> parts) {
        double[] sums = new double[3];
        for (ResidualPass.Residuals part : parts) {
            for (int k = 0; k < sums.length; k++) {
                sums[k] += part.regular[k];
            }
        }
        double mean = sums[1] / sums[0];
        double variance = Math.max(0, sums[2] / sums[0] - mean * mean);
        return new Findings.Regular(sums[0], mean, Math.sqrt(variance / sums[0]));
    }

    /** A category, or a single trial, has one variance whatever varies behind it. */
    private boolean tellsSpread() {
        return !family.takesCategories() && !(family.takesTrials() && moments.mostTrials() <= 1);
    }

    /** Of trials and categories a zero is one outcome among others; of amounts it is none. */
    private Zeros zeros(List<ResidualPass.Residuals> parts) {
        double observed = 0;
        double expected = 0;
        double variance = 0;
        for (ResidualPass.Residuals part : parts) {
            observed += part.zeros;
            expected += part.expectedZeros;
            variance += part.zerosVariance;
        }
        boolean special = !family.takesTrials() && !family.takesCategories();
        return special && expected > 0 ? new Zeros(observed, expected, Math.sqrt(variance)) : null;
    }

    private Residuals residuals(List<ResidualPass.Residuals> parts, List<ClusterBlock> blocks) {
        double[] all = join(parts.stream().map(p -> p.quantile).toList());
        double[] eta = join(parts.stream().map(p -> p.eta).toList());
        double[] sorted =
                Arrays.stream(all).filter(v -> !Double.isNaN(v)).sorted().toArray();
        double distance = 0;
        for (int i = 0; i < sorted.length; i++) {
            double p = StandardNormal.probability(sorted[i]);
            distance = Math.max(distance, Math.max(p - (double) i / sorted.length, (i + 1.0) / sorted.length - p));
        }
        List<Trend> byCovariate = new ArrayList<>();
        for (int c = 0; c < design.fixed().size() && byCovariate.size() < MOST_TRENDS; c++) {
            DesignColumn column = design.fixed().get(c);
            boolean isNumber = column.components().size() == 1
                    && column.components().get(0).isNumeric();
            if (isNumber) {
                int index = c;
                double centre = column.components().get(0).centre();
                List<double[]> x = new ArrayList<>();
                for (int b = 0; b < blocks.size(); b++) {
                    ClusterBlock block = blocks.get(b);
                    x.add(repeated(block.rowValues(block.x()[index]), parts.get(b).taken));
                }
                double[] joined = join(x);
                for (int j = 0; j < joined.length; j++) {
                    joined[j] += centre;
                }
                byCovariate.add(new Trend(column.name(), bins(joined, all)));
            }
        }
        return new Residuals(
                PROBABILITIES, quantiles(sorted), distance, new Trend("linear predictor", bins(eta, all)), byCovariate);
    }

    private static double weight(ClusterBlock block) {
        double sum = 0;
        for (int j = 0; j < block.rows(); j++) {
            sum += block.observations().weight(j);
        }
        return sum;
    }

    /** @param times for each value; null for once */
    private static double[] repeated(double[] values, int[] times) {
        return times == null
                ? values
                : IntStream.range(0, values.length)
                        .flatMap(j -> IntStream.generate(() -> j).limit(times[j]))
                        .mapToDouble(j -> values[j])
                        .toArray();
    }

    private static double[] join(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** By linear interpolation of the order statistics, R's type 7; those that so few values do not tell are NaN. */
    private static double[] quantiles(double[] sorted) {
        double[] out = new double[PROBABILITIES.length];
        for (int k = 0; k < out.length; k++) {
            double p = PROBABILITIES[k];
            double beyond = Math.min(p, 1 - p) * sorted.length;
            double at = p * (sorted.length - 1);
            int low = (int) at;
            out[k] = beyond < 5
                    ? Double.NaN
                    : sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
        }
        return out;
    }

    /** Bins of as many rows each as equal values of x allow. */
    private static List<Bin> bins(double[] x, double[] residuals) {
        int[] order = IntStream.range(0, x.length)
                .filter(j -> !Double.isNaN(residuals[j]) && !Double.isNaN(x[j]))
                .boxed()
                .sorted(Comparator.comparingDouble(j -> x[j]))
                .mapToInt(Integer::intValue)
                .toArray();
        int wanted = Math.max(ROWS_A_BIN, (order.length + BINS - 1) / BINS);
        List<Bin> out = new ArrayList<>();
        int from = 0;
        while (from < order.length) {
            int to = Math.min(from + wanted, order.length);
            while (to < order.length && (x[order[to]] == x[order[to - 1]] || order.length - to < ROWS_A_BIN)) {
                to++;
            }
            out.add(bin(x, residuals, order, from, to));
            from = to;
        }
        return out;
    }

    private static Bin bin(double[] x, double[] residuals, int[] order, int from, int to) {
        double at = 0;
        double mean = 0;
        double squares = 0;
        for (int k = from; k < to; k++) {
            at += x[order[k]];
            // A residual beyond Φ⁻¹'s range counts as far out, and does not spoil the bin.
            double r = Math.max(-10, Math.min(10, residuals[order[k]]));
            mean += r;
            squares += r * r;
        }
        int n = to - from;
        mean /= n;
        return new Bin(at / n, n, mean, Math.sqrt(Math.max(0, squares / n - mean * mean)));
    }

    private List<EffectScores> effects(List<ResidualPass.Residuals> parts) {
        List<EffectScores> out = new ArrayList<>();
        for (int d = 0; d < layout.random(); d++) {
            int dimension = d;
            double[] u = Arrays.stream(
                            join(parts.stream().map(p -> p.drawn[dimension]).toList()))
                    .filter(v -> !Double.isNaN(v))
                    .sorted()
                    .toArray();
            double mean = Arrays.stream(u).average().orElse(Double.NaN);
            double second = 0;
            double third = 0;
            double fourth = 0;
            for (double v : u) {
                double square = (v - mean) * (v - mean);
                second += square;
                third += square * (v - mean);
                fourth += square * square;
            }
            double variance = second / u.length;
            EffectShape shape = new EffectShape(
                    design.randomNames().get(d),
                    mean,
                    Math.sqrt(variance),
                    third / u.length / (variance * Math.sqrt(variance)),
                    fourth / u.length / (variance * variance) - 3,
                    quantiles(u));
            double[][] h = new double[EffectScores.ORDERS][];
            for (int k = 0; k < h.length; k++) {
                int order = k;
                h[k] = join(parts.stream().map(p -> p.hermite[dimension][order]).toList());
            }
            out.add(EffectScores.of(shape, h));
        }
        return out;
    }

    private VarianceShares shares(boolean separated) {
        ColumnMoments columns = moments.fixed();
        double fixed = 0;
        for (int i = 0; i < layout.fixed(); i++) {
            for (int j = 0; j < layout.fixed(); j++) {
                fixed += parameters[i] * columns.scatter(i, j) * parameters[j];
            }
        }
        RandomCovariance covariance = RandomCovariance.of(layout, parameters);
        double random = 0;
        for (int r = 0; r < layout.random(); r++) {
            for (int c = 0; c < layout.random(); c++) {
                random += covariance.at(r, c) * moments.zMeanProduct(r, c);
            }
        }
        return new VarianceShares(
                separated ? Double.NaN : fixed / (moments.weight() - 1), random, distributionVariance());
    }

    private double distributionVariance() {
        boolean latent = family.takesTrials() || family.takesCategories();
        if (latent) {
            return switch (link) {
                case LOGIT -> Math.PI * Math.PI / 3;
                case PROBIT -> 1;
                case CLOGLOG, LOGLOG -> Math.PI * Math.PI / 6;
                case IDENTITY, LOG, INVERSE, SQRT -> atMean();
            };
        }
        return atMean();
    }

    /** What the family adds about a row of the outcome's mean. */
    private double atMean() {
        double[] psi = new double[layout.psiParts()];
        for (int k = 0; k < psi.length; k++) {
            ColumnMoments own = moments.auxiliary(k);
            for (int c = 0; c < layout.psiStart(k + 1) - layout.psiStart(k); c++) {
                psi[k] += parameters[layout.psiStart(k) + c] * (own == null ? 1 : own.mean(c));
            }
        }
        double mean = moments.outcome(family).mean();
        double eta = link.predictor(mean);
        if (link == Link.LOG) {
            // Where zeros or a spread of their own stand between e^η and the mean.
            eta += Elementary.log(mean / family.mean(link, eta, psi));
        }
        double expected = family.expected(link, eta, psi, 1);
        double variance = family.variance(link, eta, psi, 1);
        double slope = link.meanDerivative(eta);
        return link == Link.LOG ? Elementary.log1p(variance / (expected * expected)) : variance / (slope * slope);
    }
}
