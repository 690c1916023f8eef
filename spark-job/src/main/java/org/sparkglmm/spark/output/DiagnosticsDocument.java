package org.sparkglmm.spark.output;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.spark.output.ModelDocument.Notice;

/**
 * The diagnostics section of model.json. No count of persons or rows by a factor's level is in it: those may be small.
 *
 * @param zeros null where zeros are nothing special
 * @param influence of single clusters; null where it is not known
 */
record DiagnosticsDocument(
        List<Notice> findings,
        Long sampleRows,
        Long sampleClusters,
        Pearson pearson,
        @JsonInclude(JsonInclude.Include.NON_NULL) Zeros zeros,
        Variance variance,
        @JsonInclude(JsonInclude.Include.NON_NULL) Influence influence,
        Collinearity collinearity,
        Residuals residuals,
        List<EffectShape> randomEffects) {

    DiagnosticsDocument {
        findings = ModelDocument.orNone(findings);
        randomEffects = ModelDocument.orNone(randomEffects);
    }

    record Pearson(boolean tellsSpread, double dispersionRatio, double drawnRatio, double drawnRatioSe) {}

    record Zeros(double observed, double expected, double se) {}

    record Variance(
            double fixed,
            double random,
            double distribution,
            double icc,
            double iccUnadjusted,
            double r2Marginal,
            double r2Conditional) {}

    /** @param clustersBeyondHalfSe null where it is a small count */
    record Influence(
            double largestChangeInSe,
            String parameter,
            @JsonInclude(JsonInclude.Include.NON_NULL) Long clustersBeyondHalfSe) {}

    record Collinearity(double conditionNumber, List<String> columns) {}

    record Residuals(
            double[] probabilities,
            double[] quantiles,
            double kolmogorovDistance,
            Trend byFitted,
            List<Trend> byCovariate) {
        Residuals {
            byCovariate = ModelDocument.orNone(byCovariate);
        }
    }

    record Trend(String variable, List<Bin> bins) {
        Trend {
            bins = ModelDocument.orNone(bins);
        }

        private static Trend of(Diagnostics.Trend trend) {
            return new Trend(
                    trend.variable(),
                    trend.bins().stream()
                            // Rounded: from the exact mean of a bin a value that stands out could be computed.
                            .map(b -> new Bin(rounded(b.at()), b.rows(), b.mean(), b.sd()))
                            .toList());
        }
    }

    record Bin(double at, long rows, double mean, double sd) {}

    record EffectShape(
            String term, double mean, double sd, double skewness, double excessKurtosis, double[] quantiles) {}

    static DiagnosticsDocument of(Diagnostics d, SmallCounts counts) {
        Diagnostics.VarianceShares shares = d.shares();
        Diagnostics.Residuals residuals = d.residuals();
        return new DiagnosticsDocument(
                Notice.of(d.findings()),
                d.sampleRows(),
                d.sampleClusters(),
                new Pearson(
                        d.pearson().tellsSpread(),
                        d.pearson().dispersionRatio(),
                        d.pearson().drawnRatio(),
                        d.pearson().drawnError()),
                d.zeros() == null
                        ? null
                        : new Zeros(
                                d.zeros().observed(),
                                d.zeros().expected(),
                                d.zeros().error()),
                new Variance(
                        shares.fixed(),
                        shares.random(),
                        shares.distribution(),
                        shares.icc(),
                        shares.iccUnadjusted(),
                        shares.marginalR2(),
                        shares.conditionalR2()),
                influence(d.influence(), counts),
                new Collinearity(
                        d.collinearity().conditionNumber(), d.collinearity().columns()),
                new Residuals(
                        residuals.probabilities(),
                        residuals.quantiles(),
                        residuals.distance(),
                        Trend.of(residuals.byFitted()),
                        residuals.byCovariate().stream().map(Trend::of).toList()),
                d.effects().stream()
                        .map(e -> new EffectShape(
                                e.term(), e.mean(), e.sd(), e.skewness(), e.excessKurtosis(), e.quantiles()))
                        .toList());
    }

    private static Influence influence(Diagnostics.Influence influence, SmallCounts counts) {
        if (influence == null) {
            return null;
        }
        Long beyond = counts.isSmall(influence.beyond()) ? null : influence.beyond();
        return new Influence(influence.largest(), influence.parameter(), beyond);
    }

    private static double rounded(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(3)).doubleValue()
                : value;
    }
}
