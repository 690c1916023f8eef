package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.Family;

/**
 * Data that have been described, checked and rid of superfluous columns. Covariates that lie far from 0 are about another origin in all
 * of it.
 */
record Prepared(Design design, ClusterData data, DataMoments moments, ClusterData sample, List<Warning> warnings) {

    /** One pass, another where a covariate lies far from 0, and another if a column has to go. */
    static Prepared of(Design design, Family family, ClusterData data) {
        if (design.fixed().isEmpty() && !family.takesCategories()) {
            throw new UsageException("formula: no fixed effect; keep the intercept or name a covariate");
        }
        FirstPass first = FirstPass.over(data, family, design);
        DataMoments moments = first.moments();
        List<Warning> warnings = new ArrayList<>();
        DataChecks.require(moments, design, family);
        DataChecks.warn(moments, design, family, warnings);

        boolean constant = family.takesCategories();
        FarCovariates far = new FarCovariates(design, constant, first);
        Centring centring = far.centring();
        if (centring.isNone()) {
            return new Prepared(design, data, moments, first.sample(), warnings).withoutSuperfluous(family, far);
        }
        Prepared out = about(centring, family, data, first.sample(), warnings).withoutSuperfluous(family, far);
        if (Centring.isPossible(out.design, constant)) {
            return out;
        }
        // What its centres need is among the columns that had to go.
        Design smaller = Centring.raw(out.design);
        ColumnSelection kept = design.columnsOf(smaller);
        Design fewer = Centring.about(smaller, centring.centres(), constant);
        return about(
                        new Centring(fewer, constant),
                        family,
                        data.withColumns(kept),
                        first.sample().withColumns(kept),
                        out.warnings)
                .withoutSuperfluous(family, far);
    }

    private static Prepared about(
            Centring centring, Family family, ClusterData data, ClusterData sample, List<Warning> warnings) {
        ClusterData centred = data.centred(centring);
        Design design = centring.design();
        return new Prepared(
                design, centred, DataMoments.of(centred, family, design), sample.centred(centring), warnings);
    }

    private Prepared withoutSuperfluous(Family family, FarCovariates far) {
        RankCheck rank = new RankCheck(moments.fixed(), design.fixed(), family.takesCategories(), "");
        boolean full = rank.isFullRank();
        List<Warning> all = new ArrayList<>(warnings);
        all.addAll(rank.warnings());
        int[] kept = rank.kept();
        far.requireTold(design.fixed(), at(design.fixed(), kept));
        int[][] keptAuxiliary = new int[design.auxiliary().size()][];
        List<List<DesignColumn>> parts = new ArrayList<>();
        for (int k = 0; k < keptAuxiliary.length; k++) {
            List<DesignColumn> columns = design.auxiliary().get(k);
            keptAuxiliary[k] = new int[0];
            if (!columns.isEmpty()) {
                String name = family.auxiliary().get(k).label();
                RankCheck own = new RankCheck(moments.auxiliary(k), columns, false, " from the predictor of " + name);
                full &= own.isFullRank();
                all.addAll(own.warnings());
                keptAuxiliary[k] = own.kept();
                far.requireTold(columns, at(columns, keptAuxiliary[k]));
            }
            parts.add(at(columns, keptAuxiliary[k]));
        }
        if (full) {
            return new Prepared(design, data, moments, sample, all);
        }
        boolean nothingLeft = kept.length == 0 && !family.takesCategories();
        for (int k = 0; k < parts.size(); k++) {
            nothingLeft |= parts.get(k).isEmpty() && !design.auxiliary().get(k).isEmpty();
        }
        if (nothingLeft) {
            throw new DataException("no fixed effect is left: every column of the model matrix is 0");
        }
        Design trimmedDesign = design.withColumns(at(design.fixed(), kept), parts);
        // A part that is down to its intercept is a constant in the design, and one column of ones in the data.
        ColumnSelection keep = new ColumnSelection(kept, keptAuxiliary);
        ClusterData trimmed = data.withColumns(keep);
        return new Prepared(
                trimmedDesign, trimmed, DataMoments.of(trimmed, family, trimmedDesign), sample.withColumns(keep), all);
    }

    private static List<DesignColumn> at(List<DesignColumn> columns, int[] indices) {
        return Arrays.stream(indices).mapToObj(columns::get).toList();
    }
}
