package org.sparkglmm.core.fit;

import java.util.ArrayList;
import java.util.List;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ClusterData;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.ModelSpec;
import org.sparkglmm.core.diagnostics.DataFindings;
import org.sparkglmm.core.diagnostics.OffsetSpan;
import org.sparkglmm.core.diagnostics.OutcomeShape;
import org.sparkglmm.core.diagnostics.VisitPattern;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;

/**
 * What a fit would begin with: the data described and checked, nothing fitted.
 *
 * @param design the design without the columns that would be dropped
 * @param moments of its data
 * @param warnings what a fit would warn about
 * @param findings what calls for an answer before anything is fitted
 * @param outcome what the outcome looks like
 * @param visits by time; null where no covariate is one
 * @param canBeFitted whether a fit would begin
 */
public record DataReport(
        Design design,
        DataMoments moments,
        List<Warning> warnings,
        List<Warning> findings,
        OutcomeShape outcome,
        VisitPattern visits,
        boolean canBeFitted) {

    /**
     * Two passes or three, and one more if columns would be dropped.
     *
     * @param minCellCount smaller counts are not said
     * @throws org.sparkglmm.core.DataException if the data cannot bear the model
     */
    public static DataReport of(ModelSpec spec, ClusterData data, int minCellCount) {
        Family family = spec.family();
        Link link = spec.link();
        CheckedData prepared = CheckedData.of(spec.design(), family, data);
        boolean canBeFitted = OffsetSpan.refusal(prepared.design(), link, prepared.moments()) == null;
        DataChecks.requirePossibleOffset(prepared.moments(), prepared.design(), link);
        OutcomeShape outcome = OutcomeShape.of(family, prepared.data());
        VisitPattern visits = VisitPattern.of(prepared.design(), family, outcome, prepared.data());
        List<Warning> findings = new ArrayList<>(outcome.unsuited(family));
        findings.addAll(DataChecks.warnOfLink(family, link));
        findings.addAll(visits == null ? List.of() : visits.warnings());
        findings.addAll(DataFindings.beforeFit(prepared.design(), family, link, prepared.moments(), minCellCount));
        return new DataReport(
                prepared.design(), prepared.moments(), prepared.warnings(), findings, outcome, visits, canBeFitted);
    }
}
