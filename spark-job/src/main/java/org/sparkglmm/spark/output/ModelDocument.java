package org.sparkglmm.spark.output;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.Map;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.inference.FixedEffect;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.RandomEffect;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.core.inference.TermTest;
import org.sparkglmm.core.inference.WaldTest;
import org.sparkglmm.spark.data.Covariate;

/**
 * model.json as a value: its fields, by the names that the file has for them. {@link ModelJson} writes and reads it, {@link FitDocument}
 * makes it from a fit; {@code model.schema.json} says the same to other programs.
 *
 * <p>Numbers that do not exist are NaN here and null there. Every section is there; of what is in them a file may lack some, and then
 * texts, counts and parts are null or empty, other numbers NaN or 0. Verdict to estimates stand at the file's top, not under a name of their own.
 */
record ModelDocument(
        @JsonUnwrapped Verdict verdict,
        @JsonUnwrapped Model model,
        @JsonUnwrapped Counts counts,
        @JsonUnwrapped Likelihood likelihood,
        @JsonUnwrapped Estimates estimates,
        Integration integration,
        List<Coefficient> marginal,
        DiagnosticsDocument diagnostics,
        Optimizer optimizer,
        Design design,
        Provenance provenance) {

    static final int SCHEMA_VERSION = 1;

    /** Whether the numbers are estimates, and what the user must know of them. */
    record Verdict(int schemaVersion, String status, List<Notice> warnings) {
        Verdict {
            warnings = orNone(warnings);
        }

        boolean isConverged() {
            return "converged".equals(status);
        }
    }

    /** A warning or a finding. */
    record Notice(String code, String message) {
        static List<Notice> of(List<Warning> warnings) {
            return warnings.stream().map(w -> new Notice(w.code(), w.message())).toList();
        }
    }

    /** What was fitted; the rest of it is in {@link Design}. */
    record Model(String formula, String family, String link, int nodes, String method) {}

    /** What was used; the sum of weights only of a fit with frequency weights. */
    record Counts(
            Long nObservations,
            @JsonInclude(JsonInclude.Include.NON_NULL) Double sumOfWeights,
            Long nClusters,
            long nDropped,
            int minCellCount) {
        Counts {
            sumOfWeights = Double.isNaN(orNaN(sumOfWeights)) ? null : sumOfWeights;
        }
    }

    record Likelihood(Integer nParameters, double logLik, double aic, double bic, double deviance) {}

    /** @param centred the same about the centres of covariates that lie far from 0; null where none does */
    record Estimates(
            String standardErrors,
            String intervals,
            List<Coefficient> fixed,
            List<RandomTerm> random,
            OwnParameters extra,
            Covariance covariance,
            @JsonInclude(JsonInclude.Include.NON_NULL) Centred centred,
            List<Test> tests) {
        Estimates {
            standardErrors = standardErrors == null ? StandardErrors.MODEL.label() : standardErrors;
            fixed = orNone(fixed);
            random = orNone(random);
            extra = extra == null ? OwnParameters.NONE : extra;
            tests = orNone(tests);
        }
    }

    record Coefficient(
            String term,
            double estimate,
            double se,
            double robustSe,
            double z,
            double p,
            double lower,
            double upper,
            double expEstimate,
            double expLower,
            double expUpper) {
        static List<Coefficient> of(List<FixedEffect> effects) {
            return effects.stream().map(Coefficient::of).toList();
        }

        private static Coefficient of(FixedEffect e) {
            return new Coefficient(
                    e.term(),
                    e.estimate(),
                    e.se(),
                    e.robustSe(),
                    e.z(),
                    e.p(),
                    e.lower(),
                    e.upper(),
                    e.expEstimate(),
                    e.expLower(),
                    e.expUpper());
        }
    }

    record RandomTerm(
            String group,
            List<String> terms,
            double[] sd,
            double[][] corr,
            double[][] cov,
            double[] sdLower,
            double[] sdUpper,
            double[][] corrLower,
            double[][] corrUpper) {
        static RandomTerm of(RandomEffect e) {
            return new RandomTerm(
                    e.group(),
                    e.terms(),
                    e.sd(),
                    e.corr(),
                    e.cov(),
                    e.sdLower(),
                    e.sdUpper(),
                    e.corrLower(),
                    e.corrUpper());
        }
    }

    record Covariance(List<String> names, double[][] matrix, double[][] robust, int[] parameters, int[] undetermined) {
        static Covariance of(ParameterCovariance covariance) {
            return new Covariance(
                    covariance.names(),
                    covariance.matrix(StandardErrors.MODEL),
                    covariance.matrix(StandardErrors.ROBUST),
                    covariance.indices(),
                    covariance.open());
        }
    }

    record Centred(Map<String, Double> centres, double[] parameters, Covariance covariance, double[][] toRaw) {}

    /** @param predictor main, or the family's own parameter that the term is in the formula of */
    record Test(
            String predictor,
            String term,
            Wald typeII,
            Wald typeIII,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> without) {
        Test {
            without = orNone(without);
        }

        static Test of(TermTest test) {
            return new Test(
                    test.part().isEmpty() ? "main" : test.part(),
                    test.term(),
                    Wald.of(test.typeTwo()),
                    Wald.of(test.typeThree()),
                    test.without());
        }
    }

    record Wald(double chiSquare, Integer df, double p) {
        private static Wald of(WaldTest test) {
            return new Wald(test.chiSquare(), test.df(), test.p());
        }
    }

    record Integration(boolean settled, String message, Tolerance tolerance, Reached reached, List<Rung> ladder) {
        Integration {
            ladder = orNone(ladder);
        }
    }

    record Tolerance(double logLik, double estimatesInSe) {}

    record Reached(double logLik, double estimatesInSe, String parameter, double parameterInSe) {}

    record Rung(Integer nodes, double logLik, double shiftInSe) {}

    record Optimizer(
            String name,
            Integer iterations,
            Integer passes,
            double gradientNorm,
            double decrement,
            long samplePersons,
            String startedFrom,
            String message) {}

    /**
     * What a prediction needs beside the formula.
     *
     * @param levels of every factor, the reference level first; those of an ordered outcome from low to high
     * @param columns of X that were kept
     * @param auxiliaryColumns the same of each of the family's own parameters
     * @param aliased those that were dropped; null in a file of the first version
     */
    record Design(
            String group,
            String zi,
            String dispersion,
            String offset,
            String weights,
            String precisionWeights,
            Map<String, List<String>> levels,
            List<Covariate> covariates,
            List<String> columns,
            List<List<String>> auxiliaryColumns,
            List<Aliased> aliased,
            List<String> parameterNames,
            double[] parameters) {
        Design {
            levels = levels == null ? Map.of() : levels;
            covariates = orNone(covariates);
            columns = orNone(columns);
            auxiliaryColumns = orNone(auxiliaryColumns);
        }
    }

    /** See {@link org.sparkglmm.core.design.AliasedColumn}. */
    record Aliased(
            Integer part,
            String column,
            double constant,
            Map<String, Double> others,
            double scale,
            @JsonInclude(JsonInclude.Include.NON_NULL) Dependence centred) {}

    record Dependence(Map<String, Double> centres, double constant, Map<String, Double> others) {}

    /**
     * @param rows fingerprint of the rows used
     * @param effects {@link SavedEffects#fingerprint} of the effects that go with it; null in files of earlier versions
     */
    record Provenance(String program, String version, String rows, String effects) {
        static final Provenance UNKNOWN = new Provenance(null, null, null, null);

        Provenance {
            program = orEmpty(program);
            version = orEmpty(version);
            rows = orEmpty(rows);
        }

        private static String orEmpty(String text) {
            return text == null ? "" : text;
        }
    }

    /** A count that a file may lack. */
    static double orNaN(Number count) {
        return count == null ? Double.NaN : count.doubleValue();
    }

    static <T> List<T> orNone(List<T> list) {
        return list == null ? List.of() : list;
    }
}
