package org.sparkglmm.spark.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.sparkglmm.core.inference.Estimability;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.LinearContrast;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.inference.WaldTest;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.spark.data.FarOrigin;
import org.sparkglmm.spark.data.Predictor;
import org.sparkglmm.spark.output.ModelFile;
import org.sparkglmm.spark.output.SavedModel;
import org.sparkglmm.spark.output.Visible;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code contrast}: linear combinations of a fit's coefficients. Reads the model file only, no data. */
@Command(
        name = "contrast",
        mixinStandardHelpOptions = true,
        description = "Estimate and test linear combinations of a fit's coefficients.")
final class ContrastCommand implements Callable<Integer> {
    @Parameters(
            arity = "1..*",
            paramLabel = "CONTRAST",
            description = "'time + sexM:time', '2*time - sexM = 0.5'. Several are also tested together.")
    private List<String> contrasts;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "Folder of a fit.")
    private String model;

    @Option(names = "--se", description = "model or robust (default: as in the fit).")
    private String standardErrors;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        SavedModel saved = ModelFile.read(model, SessionOptions.fileSystems());
        Predictor.Estimates estimates = saved.estimates();
        StandardErrors errors = standardErrors == null ? estimates.errors() : StandardErrors.named(standardErrors);
        // The entries of Λ are no coefficients: nothing linear in them means anything.
        List<String> names = saved.parameterNames().stream()
                .map(n -> n.startsWith("chol[") ? "" : n)
                .toList();
        List<LinearContrast> parsed = contrasts.stream()
                .map(c -> LinearContrast.parse(c, names, estimates.droppedColumns()))
                .toList();
        print(saved, names, parsed, errors);
        return ExitCode.OK;
    }

    private void print(SavedModel saved, List<String> names, List<LinearContrast> parsed, StandardErrors errors) {
        Predictor.Estimates estimates = saved.estimates();
        FarOrigin far = estimates.far();
        double[] parameters = far == null ? estimates.parameters() : far.parameters();
        ParameterCovariance covariance = far == null ? estimates.covariance() : far.covariance();
        PrintWriter out = spec.commandLine().getOut();
        Link link = saved.request().link();
        boolean ratios = link == Link.LOGIT || link == Link.LOG;
        int width = parsed.stream()
                .mapToInt(c -> Visible.of(c.text()).length())
                .max()
                .orElse(0);
        String head = "%-" + width + "s %11s %11s %11s %9s %10s   %s%n";
        out.printf(
                head,
                "",
                "Estimate",
                "Std. Error",
                "Robust SE",
                "z value",
                "Pr(>|z|)",
                "95% interval" + (ratios ? "; exponentiated" : ""));
        List<double[]> directions = estimates.aliased() == null
                ? List.of()
                : Estimability.directions(
                        estimates.aliased(),
                        saved.fixedNames(),
                        saved.auxiliaryNames(),
                        saved.request().family().takesCategories(),
                        estimates.parameters().length);
        long undetermined = 0;
        boolean anyMean = false;
        for (LinearContrast contrast : parsed) {
            boolean estimable = Estimability.isEstimable(contrast.weights(), directions);
            undetermined += estimable ? 0 : 1;
            FixedEffect e = estimable
                    ? inColumns(contrast, far).estimate(parameters, covariance, errors)
                    : FixedEffect.unknown(contrast.text());
            out.printf(
                    head,
                    e.term(),
                    number(e.estimate()),
                    number(e.se()),
                    number(e.robustSe()),
                    Double.isNaN(e.z()) ? "NA" : String.format(Locale.ROOT, "%.3f", e.z()),
                    number(e.p()),
                    "(" + number(e.lower()) + " to " + number(e.upper()) + ")"
                            + natural(e, isPredictor(contrast, names), link));
            anyMean |= isPredictor(contrast, names) && link != Link.IDENTITY;
        }
        if (undetermined > 0) {
            out.println("NA: the data of the fit do not determine it; it depends on which columns were dropped (here "
                    + String.join(", ", estimates.droppedColumns()) + ")");
        } else if (parsed.size() > 1) {
            List<LinearContrast> all = parsed.stream()
                    .map(c -> inColumns(c, far))
                    .filter(c -> isDetermined(c, covariance))
                    .toList();
            if (!all.isEmpty()) {
                WaldTest joint = LinearContrast.joint(all, parameters, covariance, errors);
                out.printf(
                        Locale.ROOT,
                        (all.size() < parsed.size()
                                        ? "Those together that have a finite estimate (" + all.size() + " of "
                                                + parsed.size() + ")"
                                        : "All together")
                                + ": Chisq %s on %d df, p = %s%n",
                        number(joint.chiSquare()),
                        joint.df(),
                        number(joint.p()));
            }
        }
        if (parsed.stream().anyMatch(c -> !isDetermined(inColumns(c, far), covariance))) {
            out.println("No standard error: the data of the fit leave "
                    + Arrays.stream(covariance.openAlone())
                            .mapToObj(saved.parameterNames()::get)
                            .collect(Collectors.joining(", "))
                    + " open; to test it, compare with a fit without it");
        }
        if (anyMean) {
            out.println("mean: of what has the intercept, the outcome"
                    + (saved.request().family().takesTrials() ? "'s probability" : "'s mean")
                    + " where the random effects are 0");
        }
        if (saved.lacksAliased()) {
            out.println(SavedModel.LACKS_ALIASED);
        }
        out.println("Standard errors behind z, p and intervals: "
                + (errors == StandardErrors.ROBUST ? "robust" : "model-based")
                + " (Wald); effects are conditional on the "
                + saved.request().group());
        out.flush();
    }

    private static boolean isDetermined(LinearContrast contrast, ParameterCovariance covariance) {
        return Arrays.stream(covariance.openAlone()).allMatch(i -> contrast.weights()[i] == 0);
    }

    /** Whether it is a linear predictor and no difference of two: the intercept stands in it once. */
    private static boolean isPredictor(LinearContrast contrast, List<String> names) {
        int intercept = names.indexOf("(Intercept)");
        return intercept >= 0 && contrast.weights()[intercept] == 1;
    }

    /** On the outcome's scale: a ratio of odds or means, or a mean. */
    private static String natural(FixedEffect e, boolean predictor, Link link) {
        if (predictor && link != Link.IDENTITY) {
            double low = link.mean(e.lower());
            double high = link.mean(e.upper());
            return "; mean " + number(link.mean(e.estimate())) + " (" + number(Math.min(low, high)) + " to "
                    + number(Math.max(low, high)) + ")";
        }
        return link == Link.LOGIT || link == Link.LOG
                ? "; " + number(e.expEstimate()) + " (" + number(e.expLower()) + " to " + number(e.expUpper()) + ")"
                : "";
    }

    /** A contrast of the parameters about 0 as one of those that the estimates are about. */
    private static LinearContrast inColumns(LinearContrast contrast, FarOrigin far) {
        return far == null ? contrast : contrast.about(far.toRaw());
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "NA" : String.format(Locale.ROOT, "%.5g", value);
    }
}
