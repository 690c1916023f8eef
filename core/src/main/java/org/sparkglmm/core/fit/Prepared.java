package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.UsageException;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.model.Family;

/** Data that have been described, checked and rid of superfluous columns. */
record Prepared(Design design, ClusterData data, DataMoments moments, List<Warning> warnings) {

    /** One pass, or two if a column has to go. */
    static Prepared of(Design design, Family family, ClusterData data) {
        if (design.fixed().isEmpty()) {
            throw new UsageException("formula: no fixed effect; keep the intercept or name a covariate");
        }
        DataMoments moments = DataMoments.of(data, family);
        List<Warning> warnings = new ArrayList<>();
        DataChecks.require(moments, design, family);
        DataChecks.warn(moments, design, family, warnings);
        RankCheck rank = new RankCheck(moments, design.fixed());
        if (rank.isFullRank()) {
            return new Prepared(design, data, moments, warnings);
        }
        int[] kept = rank.kept();
        if (kept.length == 0) {
            throw new DataException("no fixed effect is left: every column of the model matrix is 0");
        }
        warnings.addAll(rank.warnings());
        List<DesignColumn> columns = new ArrayList<>();
        for (int c : kept) {
            columns.add(design.fixed().get(c));
        }
        ClusterData trimmed = data.withFixedColumns(kept);
        return new Prepared(design.withFixed(columns), trimmed, DataMoments.of(trimmed, family), warnings);
    }
}
