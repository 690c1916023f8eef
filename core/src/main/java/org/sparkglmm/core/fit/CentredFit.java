package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.Component;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.diagnostics.Diagnostics;
import org.sparkglmm.core.diagnostics.OriginReading;
import org.sparkglmm.core.inference.BackTransformation;
import org.sparkglmm.core.inference.CentredEstimates;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.ParameterLayout;
import org.sparkglmm.core.model.RandomCovariance;

/** A fit whose covariates are about centres, led back to the model as it was written: estimates, covariance, warnings, intervals. */
final class CentredFit {
    private final Centring centring;
    private final Family family;

    CentredFit(CheckedData prepared, Family family) {
        centring = new Centring(prepared.design(), family.takesCategories());
        this.family = family;
    }

    private List<String> names() {
        Design design = centring.design();
        return ParameterNames.of(design, family, design.layout(family));
    }

    /** An earlier fit's estimates for the centred columns; null for null. */
    EarlierFit start(EarlierFit earlier) {
        if (earlier == null || centring.isNone()) {
            return earlier;
        }
        double[] raw = earlier.of(names(), centring.design().fixed().size());
        return new EarlierFit(names(), new BackTransformation(centring, family).toCentred(raw));
    }

    /** The same fit for the columns about 0. */
    FitResult inRawTerms(FitResult fit) {
        if (centring.isNone()) {
            return fit;
        }
        BackTransformation back = new BackTransformation(centring, family);
        double[] parameters = back.toRaw(fit.parameters());
        Design raw = Centring.raw(fit.design());
        List<Warning> warnings = new ArrayList<>();
        boolean told = false;
        for (Warning warning : fit.warnings()) {
            // What lies on the edge about a centre may do so in other words about 0.
            if (!EdgeWarnings.CODES.contains(warning.code())) {
                warnings.add(warning);
            } else if (!told) {
                warnings.addAll(EdgeWarnings.of(fit.layout(), parameters, raw.randomNames(), raw.group()));
                told = true;
            }
        }
        PostEstimation answers = fit.answers();
        ProfileIntervals profile = answers.profile() == null ? null : profile(answers.profile(), fit, warnings);
        return new FitResult(
                fit.spec().with(raw),
                fit.method(),
                fit.nodes(),
                fit.converged(),
                fit.data(),
                fit.logLikelihood(),
                parameters,
                fit.errors(),
                back.toRaw(fit.covariance(), fit.parameters(), names()),
                fit.integration(),
                fit.optimizer(),
                new PostEstimation(
                        answers.marginal(), withReading(answers.diagnostics(), fit, parameters, raw), profile),
                fit.aliased(),
                warnings,
                new CentredEstimates(fit.design(), fit.parameters(), fit.covariance()));
    }

    /** What the random intercept about 0 is, and what it would be about the centre. */
    private Diagnostics withReading(Diagnostics diagnostics, FitResult fit, double[] parameters, Design raw) {
        double[] origin = new double[fit.layout().random()];
        for (int r = 0; r < origin.length; r++) {
            List<Component> components =
                    centring.design().randomColumns().get(r).components();
            origin[r] = components.size() == 1 ? components.get(0).centre() : 0;
        }
        Warning reading = OriginReading.of(
                raw,
                RandomCovariance.of(fit.layout(), parameters),
                origin,
                RandomCovariance.of(fit.layout(), fit.parameters()),
                true);
        return reading == null ? diagnostics : diagnostics.withFindings(List.of(reading));
    }

    /** The intervals of what is the same about 0; the others are those of other quantities. */
    private ProfileIntervals profile(ProfileIntervals profile, FitResult fit, List<Warning> warnings) {
        if (ProfileAboutZero.isAboutZero(centring, family, fit.parameters())) {
            return profile;
        }
        ParameterLayout layout = fit.layout();
        double[][] jacobian = new BackTransformation(centring, family).jacobian(fit.parameters());
        double[][] a = centring.randomToRaw();
        Set<String> other = new TreeSet<>();
        double[] lower = profile.lower().clone();
        double[] upper = profile.upper().clone();
        for (int i = 0; i < lower.length; i++) {
            boolean isTheta = i >= layout.thetaStart() && i < layout.psiStart();
            if (!isTheta && !isUnit(jacobian[i], i)) {
                lower[i] = Double.NaN;
                upper[i] = Double.NaN;
                other.add(names().get(i));
            }
        }
        int q = layout.random();
        double[] sdLower = profile.sdLower().clone();
        double[] sdUpper = profile.sdUpper().clone();
        double[][] corrLower = copy(profile.corrLower());
        double[][] corrUpper = copy(profile.corrUpper());
        for (int r = 0; r < q; r++) {
            if (isUnit(a[r], r)) {
                continue;
            }
            sdLower[r] = Double.NaN;
            sdUpper[r] = Double.NaN;
            other.add("the SD of " + centring.design().randomNames().get(r) + " and its correlations");
            for (int c = 0; c < q; c++) {
                if (c != r) {
                    corrLower[r][c] = Double.NaN;
                    corrLower[c][r] = Double.NaN;
                    corrUpper[r][c] = Double.NaN;
                    corrUpper[c][r] = Double.NaN;
                }
            }
        }
        if (!other.isEmpty()) {
            warnings.add(new Warning(
                    "profile_far_origin",
                    "no profile-likelihood interval of " + String.join(", ", other) + ": they are about "
                            + String.join(", ", centring.centres().keySet())
                            + " = 0, far from the data; subtract a constant from it, and they are about that"));
        }
        return new ProfileIntervals(
                lower,
                upper,
                sdLower,
                sdUpper,
                corrLower,
                corrUpper,
                profile.missing(),
                profile.passes(),
                profile.points(),
                profile.highest());
    }

    private static boolean isUnit(double[] row, int i) {
        return IntStream.range(0, row.length).allMatch(j -> row[j] == (i == j ? 1 : 0));
    }

    private static double[][] copy(double[][] matrix) {
        return Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
    }
}
