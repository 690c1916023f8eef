package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.AliasedColumn;
import org.sparkglmm.core.design.Centring;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.ColumnSelection;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.Family;

/**
 * Data that have been described, checked and rid of superfluous columns. Covariates that lie far from 0 are about another origin in all
 * of it.
 */
record CheckedData(
        Design design,
        ClusterData data,
        DataMoments moments,
        ClusterData sample,
        List<AliasedColumn> aliased,
        List<Warning> warnings) {
    /** Empty cells that a warning names. */
    private static final int NAMED = 5;

    /** One pass, another where a covariate lies far from 0, and another if a column has to go. */
    static CheckedData of(Design design, Family family, ClusterData data) {
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
        far.warn(centring.isNone() ? design : centring.design(), warnings);
        if (centring.isNone()) {
            return new CheckedData(design, data, moments, first.sample(), List.of(), warnings)
                    .withoutSuperfluous(family, far);
        }
        CheckedData out = about(centring, family, data, first.sample(), List.of(), warnings)
                .withoutSuperfluous(family, far);
        while (!Centring.isPossible(out.design, constant)) {
            // What its centres need is among the columns that had to go.
            Design smaller = Centring.raw(out.design);
            ColumnSelection kept = design.columnsOf(smaller);
            Design fewer = Centring.about(smaller, centring.centres(), constant);
            out = about(
                            new Centring(fewer, constant),
                            family,
                            data.withColumns(kept),
                            first.sample().withColumns(kept),
                            out.aliased,
                            out.warnings)
                    .withoutSuperfluous(family, far);
        }
        return out;
    }

    private static CheckedData about(
            Centring centring,
            Family family,
            ClusterData data,
            ClusterData sample,
            List<AliasedColumn> aliased,
            List<Warning> warnings) {
        ClusterData centred = data.centred(centring);
        Design design = centring.design();
        return new CheckedData(
                design, centred, DataMoments.of(centred, family, design), sample.centred(centring), aliased, warnings);
    }

    private CheckedData withoutSuperfluous(Family family, FarCovariates far) {
        RankCheck rank =
                new RankCheck(AliasedColumn.FIXED, moments.fixed(), design.fixed(), family.takesCategories(), "");
        boolean full = rank.isFullRank();
        List<Warning> all = new ArrayList<>(warnings);
        List<AliasedColumn> found = new ArrayList<>(rank.aliased());
        Set<String> emptyCells = new LinkedHashSet<>(emptyCells(design, moments.fixed(), design.fixed(), rank));
        all.addAll(rank.warnings(!emptyCells.isEmpty()));
        int[] kept = rank.kept();
        far.requireTold(design.fixed(), at(design.fixed(), kept));
        int[][] keptAuxiliary = new int[design.auxiliary().size()][];
        List<List<DesignColumn>> parts = new ArrayList<>();
        for (int k = 0; k < keptAuxiliary.length; k++) {
            List<DesignColumn> columns = design.auxiliary().get(k);
            keptAuxiliary[k] = new int[0];
            if (!columns.isEmpty()) {
                String name = family.auxiliary().get(k).label();
                RankCheck own =
                        new RankCheck(k, moments.auxiliary(k), columns, false, " from the predictor of " + name);
                full &= own.isFullRank();
                List<String> ofOwn = emptyCells(design, moments.auxiliary(k), columns, own);
                all.addAll(own.warnings(!ofOwn.isEmpty()));
                found.addAll(own.aliased());
                emptyCells.addAll(ofOwn);
                keptAuxiliary[k] = own.kept();
                far.requireTold(columns, at(columns, keptAuxiliary[k]));
            }
            parts.add(at(columns, keptAuxiliary[k]));
        }
        if (full) {
            return new CheckedData(design, data, moments, sample, aliased, all);
        }
        warn(emptyCells, all);
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
        return new CheckedData(
                trimmedDesign,
                trimmed,
                DataMoments.of(trimmed, family, trimmedDesign),
                sample.withColumns(keep),
                withAboutZero(found, family),
                all);
    }

    /** What was known to be dropped, and what was found now, in columns about centres as it may be. */
    private List<AliasedColumn> withAboutZero(List<AliasedColumn> found, Family family) {
        Centring centring = new Centring(design, family.takesCategories());
        List<AliasedColumn> out = new ArrayList<>(aliased);
        found.forEach(dropped -> out.add(centring.aboutZero(dropped)));
        return out;
    }

    private static List<String> emptyCells(
            Design design, ColumnMoments moments, List<DesignColumn> columns, RankCheck rank) {
        return rank.isFullRank()
                ? List.of()
                : new EmptyCells(design, moments, columns)
                        .of(columns.stream()
                                .filter(c -> rank.aliased().stream()
                                        .anyMatch(a -> a.name().equals(c.name())))
                                .toList());
    }

    private static void warn(Set<String> emptyCells, List<Warning> warnings) {
        if (!emptyCells.isEmpty()) {
            Warning warning = new Warning(
                    "empty_cell",
                    emptyCells.stream().limit(NAMED).collect(Collectors.joining(", "))
                            + (emptyCells.size() > NAMED ? " and " + (emptyCells.size() - NAMED) + " more" : "")
                            + (emptyCells.size() > 1 ? " have" : " has")
                            + " no rows, so the data do not determine the outcome there: nothing is predicted for it");
            if (!warnings.contains(warning)) {
                warnings.add(warning);
            }
        }
    }

    private static List<DesignColumn> at(List<DesignColumn> columns, int[] indices) {
        return Arrays.stream(indices).mapToObj(columns::get).toList();
    }
}
