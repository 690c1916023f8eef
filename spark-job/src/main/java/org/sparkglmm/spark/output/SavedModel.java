package org.sparkglmm.spark.output;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.types.DataType;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.fit.EarlierFit;
import org.sparkglmm.core.formula.Formula;
import org.sparkglmm.core.inference.ParameterCovariance;
import org.sparkglmm.core.inference.StandardErrors;
import org.sparkglmm.spark.data.Covariate;
import org.sparkglmm.spark.data.FarOrigin;
import org.sparkglmm.spark.data.ModelRequest;
import org.sparkglmm.spark.data.Predictor;

/**
 * What a prediction needs of a model file.
 *
 * @param lacksAliased whether it is one of the first version, of a fit that dropped columns
 * @param effects {@link SavedEffects#fingerprint} of the effects that go with it; null in those of earlier versions
 */
public record SavedModel(
        ModelRequest request,
        List<String> fixedNames,
        List<List<String>> auxiliaryNames,
        Predictor.Estimates estimates,
        List<String> parameterNames,
        List<Covariate> covariates,
        List<Warning> warnings,
        boolean lacksAliased,
        long clusters,
        String effects) {

    /** What to say of a fit that dropped columns in a version that did not keep what they depended on. */
    public static final String LACKS_ALIASED =
            "The fit dropped columns and, being of an earlier version, does not say what they depended on: where its data"
                    + " determine nothing, as in an empty cell of an interaction, the numbers depend on which column was"
                    + " dropped; fit it again";

    /** Codes of the warnings that a column was dropped. */
    private static final Set<String> DROPPED = Set.of("column_constant", "column_collinear");

    /**
     * Of a model file.
     *
     * @throws IllegalArgumentException if its parts do not go together
     * @throws UsageException if it describes no model
     */
    static SavedModel of(ModelDocument document) {
        ModelDocument.Design design = document.design();
        double[] parameters = design.parameters();
        List<String> names = design.parameterNames();
        List<AliasedColumn> aliased = design.aliased() == null ? null : aliased(design);
        List<Warning> warnings = document.verdict().warnings().stream()
                .map(w -> new Warning(w.code(), w.message()))
                .toList();
        ModelDocument.Centred centred = document.estimates().centred();
        String effects = document.provenance().effects();
        if (effects != null && !effects.matches("\\d+:[0-9a-f]+")) {
            throw new IllegalArgumentException("no fingerprint");
        }
        return new SavedModel(
                request(document, design.levels()),
                design.columns(),
                design.auxiliaryColumns(),
                new Predictor.Estimates(
                        parameters,
                        covariance(document.estimates().covariance(), parameters, names),
                        StandardErrors.valueOf(
                                document.estimates().standardErrors().toUpperCase(Locale.ROOT)),
                        aliased,
                        centred == null ? null : far(centred, parameters.length, names)),
                names,
                design.covariates().stream()
                        .map(c -> new Covariate(
                                c.name(), DataType.fromDDL(c.type()).sql(), c.mean(), c.sd()))
                        .toList(),
                warnings,
                aliased == null && warnings.stream().anyMatch(w -> DROPPED.contains(w.code())),
                document.counts().nClusters(),
                effects);
    }

    /** @throws UsageException if formula, family and link do not go together */
    static ModelRequest request(ModelDocument document, Map<String, List<String>> levels) {
        ModelDocument.Model model = document.model();
        ModelDocument.Design design = document.design();
        return ModelRequest.of(
                model.formula(),
                model.family(),
                model.link(),
                design.zi(),
                design.dispersion(),
                design.offset(),
                design.weights(),
                design.precisionWeights(),
                levels);
    }

    /** @throws IllegalArgumentException if they are not combinations of the columns of this design */
    private static List<AliasedColumn> aliased(ModelDocument.Design design) {
        List<AliasedColumn> out = new ArrayList<>();
        for (ModelDocument.Aliased of : design.aliased()) {
            ModelDocument.Dependence about = of.centred();
            int part = of.part() == null ? Integer.MIN_VALUE : of.part();
            boolean isFixed = part == AliasedColumn.FIXED;
            boolean known =
                    isFixed || part >= 0 && part < design.auxiliaryColumns().size();
            // About 0 they may name another dropped column, where they were found about other centres.
            boolean sound = known
                    && (about != null
                            || (isFixed
                                            ? design.columns()
                                            : design.auxiliaryColumns().get(part))
                                    .containsAll(of.others().keySet()))
                    && of.others().values().stream().allMatch(Double::isFinite)
                    && Double.isFinite(of.constant())
                    && of.scale() >= 0;
            if (!sound) {
                throw new IllegalArgumentException("dropped columns that are no combinations of the others");
            }
            out.add(new AliasedColumn(
                    part,
                    of.column(),
                    of.constant(),
                    of.others(),
                    of.scale(),
                    about == null
                            ? null
                            : new AliasedColumn.Centred(about.centres(), about.constant(), about.others())));
        }
        return out;
    }

    private static FarOrigin far(ModelDocument.Centred of, int size, List<String> names) {
        boolean whole = of.parameters().length == size
                && isSquare(of.toRaw(), size)
                && of.centres().values().stream().allMatch(Double::isFinite);
        if (!whole) {
            throw new IllegalArgumentException("the parameters about the centres are not those of the model");
        }
        return new FarOrigin(
                of.centres(), of.parameters(), covariance(of.covariance(), of.parameters(), names), of.toRaw());
    }

    private static ParameterCovariance covariance(
            ModelDocument.Covariance of, double[] parameters, List<String> names) {
        int free = of.parameters().length;
        boolean whole = parameters.length > 0
                && names.size() == parameters.length
                && isSquare(of.matrix(), free)
                && isSquare(of.robust(), free);
        if (!whole) {
            throw new IllegalArgumentException("parameters, their names and their covariance do not go together");
        }
        return new ParameterCovariance(
                parameters.length,
                of.parameters(),
                of.undetermined() == null ? new int[0] : of.undetermined(),
                names,
                of.matrix(),
                of.robust());
    }

    private static boolean isSquare(double[][] rows, int size) {
        return rows.length == size && Arrays.stream(rows).allMatch(row -> row.length == size);
    }

    /**
     * The estimates, for another fit of the same model to begin with.
     *
     * @throws UsageException if it is another model
     */
    EarlierFit asStartOf(ModelRequest other) {
        same("formula", request.formula().text(), other.formula().text());
        same("family", request.family().name(), other.family().name());
        same("link", request.link().label(), other.link().label());
        same("--zi", textOf(request.zi()), textOf(other.zi()));
        same("--dispersion", textOf(request.dispersion()), textOf(other.dispersion()));
        return new EarlierFit(parameterNames, estimates.parameters());
    }

    private static void same(String what, String there, String here) {
        if (!there.equals(here)) {
            throw new UsageException("--start: the fit there is of another model: its " + what + " is " + there
                    + ", here it is " + here);
        }
    }

    private static String textOf(Formula formula) {
        return formula == null ? "none" : formula.text();
    }
}
