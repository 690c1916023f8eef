package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.diagnostics.DataFindings;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * What a fit would begin with: the data described and checked, nothing fitted.
 *
 * @param design the design without the columns that would be dropped
 * @param moments of its data
 * @param warnings what a fit would warn about
 * @param findings what calls for an answer before anything is fitted
 */
public record DataReport(Design design, DataMoments moments, List<Warning> warnings, List<Warning> findings) {

    /**
     * One pass, or two if columns would be dropped.
     *
     * @param minCellCount smaller counts are not said
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     */
    public static DataReport of(Design design, Family family, Link link, ClusterData data, int minCellCount) {
        Prepared prepared = Prepared.of(design, family, data);
        DataChecks.requireOffset(prepared.moments(), prepared.design(), link);
        return new DataReport(
                prepared.design(),
                prepared.moments(),
                prepared.warnings(),
                DataFindings.beforeFit(prepared.design(), family, link, prepared.moments(), minCellCount));
    }
}
