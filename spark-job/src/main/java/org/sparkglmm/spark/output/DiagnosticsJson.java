package org.sparkglmm.spark.output;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.MathContext;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.diagnostics.Diagnostics.EffectShape;
import org.sparkglmm.core.diagnostics.Diagnostics.Trend;

/** The diagnostics section of model.json. No count of persons or rows by a factor's level is in it: those may be small. */
final class DiagnosticsJson {
    private DiagnosticsJson() {}

    static void write(ObjectNode root, Diagnostics diagnostics, SmallCounts counts) {
        ArrayNode findings = root.putArray("findings");
        for (Warning finding : diagnostics.findings()) {
            findings.addObject().put("code", finding.code()).put("message", finding.message());
        }
        root.put("sampleRows", diagnostics.sampleRows());
        root.put("sampleClusters", diagnostics.sampleClusters());
        ObjectNode pearson = root.putObject("pearson");
        pearson.put("tellsSpread", diagnostics.pearson().tellsSpread());
        ModelFile.number(pearson, "dispersionRatio", diagnostics.pearson().dispersionRatio());
        ModelFile.number(pearson, "drawnRatio", diagnostics.pearson().drawnRatio());
        ModelFile.number(pearson, "drawnRatioSe", diagnostics.pearson().drawnError());
        if (diagnostics.zeros() != null) {
            ObjectNode zeros = root.putObject("zeros");
            ModelFile.number(zeros, "observed", diagnostics.zeros().observed());
            ModelFile.number(zeros, "expected", diagnostics.zeros().expected());
            ModelFile.number(zeros, "se", diagnostics.zeros().error());
        }
        Diagnostics.VarianceShares shares = diagnostics.shares();
        ObjectNode variance = root.putObject("variance");
        ModelFile.number(variance, "fixed", shares.fixed());
        ModelFile.number(variance, "random", shares.random());
        ModelFile.number(variance, "distribution", shares.distribution());
        ModelFile.number(variance, "icc", shares.icc());
        ModelFile.number(variance, "iccUnadjusted", shares.iccUnadjusted());
        ModelFile.number(variance, "r2Marginal", shares.marginalR2());
        ModelFile.number(variance, "r2Conditional", shares.conditionalR2());
        if (diagnostics.influence() != null) {
            ObjectNode influence = root.putObject("influence");
            ModelFile.number(
                    influence, "largestChangeInSe", diagnostics.influence().largest());
            influence.put("parameter", diagnostics.influence().parameter());
            if (!counts.isSmall(diagnostics.influence().beyond())) {
                influence.put("clustersBeyondHalfSe", diagnostics.influence().beyond());
            }
        }
        ObjectNode collinearity = root.putObject("collinearity");
        ModelFile.number(
                collinearity, "conditionNumber", diagnostics.collinearity().conditionNumber());
        ModelFile.strings(
                collinearity.putArray("columns"), diagnostics.collinearity().columns());
        residuals(root.putObject("residuals"), diagnostics.residuals());
        ArrayNode effects = root.putArray("randomEffects");
        for (EffectShape effect : diagnostics.effects()) {
            ObjectNode node = effects.addObject();
            node.put("term", effect.term());
            ModelFile.number(node, "mean", effect.mean());
            ModelFile.number(node, "sd", effect.sd());
            ModelFile.number(node, "skewness", effect.skewness());
            ModelFile.number(node, "excessKurtosis", effect.excessKurtosis());
            ModelFile.numbers(node.putArray("quantiles"), effect.quantiles());
        }
    }

    private static void residuals(ObjectNode root, Diagnostics.Residuals residuals) {
        ModelFile.numbers(root.putArray("probabilities"), residuals.probabilities());
        ModelFile.numbers(root.putArray("quantiles"), residuals.quantiles());
        ModelFile.number(root, "kolmogorovDistance", residuals.distance());
        trend(root.putObject("byFitted"), residuals.byFitted());
        ArrayNode byCovariate = root.putArray("byCovariate");
        residuals.byCovariate().forEach(t -> trend(byCovariate.addObject(), t));
    }

    private static double rounded(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(3)).doubleValue()
                : value;
    }

    private static void trend(ObjectNode root, Trend trend) {
        root.put("variable", trend.variable());
        ArrayNode bins = root.putArray("bins");
        for (Diagnostics.Bin bin : trend.bins()) {
            ObjectNode node = bins.addObject();
            // Rounded: from the exact mean of a bin a value that stands out could be computed.
            ModelFile.number(node, "at", rounded(bin.at()));
            node.put("rows", bin.rows());
            ModelFile.number(node, "mean", bin.mean());
            ModelFile.number(node, "sd", bin.sd());
        }
    }
}
