package org.sparkglmm.core.fit;

import java.util.List;
import org.sparkglmm.core.DataException;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.RowCount;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Setting;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.ColumnMoments;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.design.DesignColumn;
import org.sparkglmm.core.design.RawColumn;
import org.sparkglmm.core.diagnostics.OffsetSpan;
import org.sparkglmm.core.model.AuxiliaryParameter.Role;
import org.sparkglmm.core.model.Family;
import org.sparkglmm.core.model.Link;
import org.sparkglmm.core.model.OutcomeSummary;

/** Whether a mixed model can be fitted to these rows at all; each answer is one sentence. */
final class DataChecks {
    /** Of a column's mean square; sums of many must not overflow, nor products of two lose their digits. */
    private static final double LARGEST_SQUARE = 1e280;

    private static final double SMALLEST_SQUARE = 1e-280;

    private DataChecks() {}

    /** @throws DataException if not */
    static void require(DataMoments moments, Design design, Family family) {
        String outcome = design.raw().get(design.response()).name();
        if (moments.badWeights() > 0) {
            throw new DataException("the weights are negative, missing or above 10^15 in "
                    + RowCount.words(moments.badWeights()) + "; frequency weights must be numbers from 0 to 10^15");
        }
        if (moments.unsupported() > 0) {
            throw new DataException(Sentence.of(
                    "outcome %s: %s outside the support of family %s, which takes %s",
                    outcome, RowCount.words(moments.unsupported()), family.name(), family.support()));
        }
        if (moments.clusters() < 2) {
            throw new DataException("all rows belong to one " + design.group()
                    + ": a variance between clusters needs at least 2, better 50 or more");
        }
        requireSquares(moments.fixed(), design.fixed());
        for (int k = 0; k < design.auxiliary().size(); k++) {
            if (!design.auxiliary().get(k).isEmpty()) {
                requireSquares(moments.auxiliary(k), design.auxiliary().get(k));
            }
        }
        requireSquares("outcome " + outcome, moments.fixed(), design.fixed().size());
        OutcomeSummary summary = moments.outcome(family);
        if (family.takesCategories()) {
            requireCategories(summary, design);
        } else if (family.isAtEdge(summary)) {
            throw new DataException("outcome " + outcome
                    + (summary.variance() == 0
                            ? " is the same in every row"
                            : " is the same in every row that is not 0")
                    + ", at the edge of what is possible: there is no estimate, only an effect without bound");
        }
        if (family.takesTrials() && has(family, Role.DISPERSION) && moments.mostTrials() <= 1) {
            throw new DataException("outcome " + outcome
                    + ": every row has a single trial, which cannot vary more than a" + " binomial one, so "
                    + family.auxiliary().get(0).name() + " cannot be estimated; use family binomial");
        }
        boolean hasResidual = family.isQuadratic(family.links().get(0));
        long effects = moments.clusters() * design.randomColumns().size();
        if (hasResidual && moments.weight() <= effects) {
            throw new DataException(Math.round(moments.weight()) + " rows for " + effects + " random effects ("
                    + moments.clusters()
                    + " " + design.group() + " × " + design.randomColumns().size()
                    + "): with so few rows a " + design.group()
                    + " the random effects cannot be told from the residual; simplify the random part");
        }
        boolean needsVariation = hasResidual || has(family, Role.DISPERSION) && !has(family, Role.ZERO_INFLATION);
        if (needsVariation && !(summary.variance() > 0)) {
            throw new DataException("outcome " + outcome + " is the same in every row: nothing to explain");
        }
    }

    /** @throws DataException if no fit can bear the offset */
    static void requireOffset(DataMoments moments, Design design, Link link) {
        refuse(OffsetSpan.refusal(design, link, moments));
    }

    /** @throws DataException if there is nothing to ask: the offset cannot be one */
    static void requirePossibleOffset(DataMoments moments, Design design, Link link) {
        refuse(OffsetSpan.impossible(design, link, moments));
    }

    private static void refuse(String why) {
        if (why != null) {
            throw new DataException(why);
        }
    }

    /** Why no likelihood could be computed where the search began, as far as it can be told. */
    static DataException noLikelihood(DataMoments moments, Design design, Family family, Link link) {
        Sentence cause = likelyCause(moments, design, family, link);
        return new DataException(Sentence.of(
                "the likelihood cannot be computed where the search begins, nor near it: %s",
                !cause.isEmpty()
                        ? cause
                        : "some outcomes are all but impossible there; look for wrong values in the outcome and the"
                                + " covariates, or try another link"));
    }

    /** What the data or the model have that makes a search for estimates fail; empty if that cannot be told. */
    static Sentence likelyCause(DataMoments moments, Design design, Family family, Link link) {
        String odd = OffsetSpan.odd(design, link, moments);
        if (odd != null) {
            return Sentence.text(odd);
        }
        return isUnbounded(family, link)
                ? Sentence.of(
                        "with link %s the probabilities of some rows reach %s, where the likelihood ends: %s",
                        link.label(), link == Link.LOG ? "1" : "0 or 1", boundedInstead(link))
                : Sentence.NONE;
    }

    /** Before a fit: what may come of a link that lets probabilities go beyond 1. */
    static List<Warning> warnOfLink(Family family, Link link) {
        return isUnbounded(family, link)
                ? List.of(new Warning(
                        "link_unbounded",
                        Sentence.of(
                                "with link %s nothing keeps probabilities below 1, and a fit fails where some would reach it: %s",
                                link.label(), boundedInstead(link))))
                : List.of();
    }

    /** Whether a link lets probabilities go beyond 1. */
    private static boolean isUnbounded(Family family, Link link) {
        return family.takesTrials() && (link == Link.LOG || link == Link.IDENTITY);
    }

    /** What to do where it does. */
    private static Sentence boundedInstead(Link link) {
        return link == Link.LOG
                ? Sentence.of(
                        "for ratios of risks fit family poisson with %s, or use link logit", Mention.ROBUST_ERRORS)
                : Sentence.text("use link logit");
    }

    private static void requireSquares(ColumnMoments moments, List<DesignColumn> columns) {
        for (int c = 0; c < columns.size(); c++) {
            requireSquares("column " + columns.get(c).name(), moments, c);
        }
    }

    /** What is computed of squares would be infinite, or 0, and a column a constant that is none. */
    private static void requireSquares(String what, ColumnMoments moments, int column) {
        double square = moments.rawScatter(column, column) / moments.weight();
        boolean small = square < SMALLEST_SQUARE && moments.mean(column) != 0;
        if (small || !(square < LARGEST_SQUARE)) {
            throw new DataException(what + " has values so " + (small ? "small" : "large")
                    + " that their squares are beyond double precision; measure it in another unit, as in I(x "
                    + (small ? "* 1e200" : "/ 1e200") + ")");
        }
    }

    /** Every category must have been observed: an empty one has no threshold of its own. */
    private static void requireCategories(OutcomeSummary summary, Design design) {
        RawColumn outcome = design.raw().get(design.response());
        for (int k = 0; k < summary.categories().length; k++) {
            if (!(summary.categories()[k] > 0)) {
                throw new DataException(Sentence.of(
                        "outcome %s: category %s is in no complete row, so its threshold cannot be estimated; leave it out of %s,"
                                + " or merge it with a neighbour",
                        outcome.name(), outcome.isFactor() ? outcome.levels().get(k) : k + 1, Setting.LEVELS));
            }
        }
    }

    private static boolean has(Family family, Role role) {
        return family.auxiliary().stream().anyMatch(a -> a.role() == role);
    }

    /** What can be fitted, but says less than it seems to. */
    static void warn(DataMoments moments, Design design, Family family, List<Warning> into) {
        if (moments.singletons() == moments.clusters() && moments.mostTrials() <= 1) {
            into.add(new Warning(
                    "one_row_per_cluster",
                    "every " + design.group()
                            + " has a single row: the random-effect variance rests on the shape of the " + family.name()
                            + " distribution alone; do not interpret it as variation between persons"));
        }
        if (moments.brokenWeights() > 0) {
            into.add(new Warning(
                    "weights_not_whole",
                    Sentence.of(
                            "the weights of %s are not whole: %s are frequencies, so that standard errors, AIC and BIC are those of"
                                    + " as many rows as the weights add up to; with sampling weights trust the robust standard"
                                    + " errors alone%s",
                            RowCount.words(moments.brokenWeights()), Setting.WEIGHTS, Mention.ROBUST_ERRORS.aside())));
        }
        OutcomeSummary summary = moments.outcome(family);
        if (has(family, Role.ZERO_INFLATION) && summary.zeros() == 0) {
            into.add(new Warning(
                    "zi_without_zeros",
                    Sentence.of(
                            "%s: the outcome %s has no zero in any row, so there is nothing for this part of the model to explain;"
                                    + " leave it out",
                            Setting.ZERO_INFLATION,
                            design.raw().get(design.response()).name())));
        }
        if (summary.variance() == 0) {
            into.add(new Warning(
                    "outcome_constant",
                    "the outcome " + design.raw().get(design.response()).name()
                            + " is the same in every row: nothing varies that could be explained"));
        }
    }
}
