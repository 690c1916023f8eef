package org.sparkglmm.core.diagnostics;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.sparkglmm.core.Warning;
import org.sparkglmm.core.design.DataMoments;
import org.sparkglmm.core.design.Design;
import org.sparkglmm.core.model.Link;

/** Offsets that no linear predictor can have: on a log scale a difference of 1 is a factor of 2.7. */
public final class OffsetSpan {
    /** A factor of five hundred million between rows. */
    private static final double ODD = 20;
    /** Beyond it an exponential is no double: of two rows so far apart one has no likelihood. */
    private static final double BEYOND_EXPONENTIALS = 700;
    /** No number on any link's scale; a single wrong value more likely than an unlogged exposure. */
    private static final double IMPOSSIBLE = 1e4;

    private OffsetSpan() {}

    /** Why the offset cannot be one; null if it can. */
    public static String impossible(Design design, Link link, DataMoments moments) {
        return link != Link.IDENTITY && moments.offsetSpan() > IMPOSSIBLE
                ? words(design, moments) + ", which no data can bear" + question(design)
                : null;
    }

    /** Why no model can be fitted with the offset; null if one can. */
    public static String refusal(Design design, Link link, DataMoments moments) {
        String impossible = impossible(design, link, moments);
        return impossible == null && isLog(link) && moments.offsetSpan() > BEYOND_EXPONENTIALS
                ? words(design, moments) + ", too far for exponentials" + question(design)
                : impossible;
    }

    private static boolean isLog(Link link) {
        return link == Link.LOG || link == Link.LOGIT || link == Link.CLOGLOG || link == Link.LOGLOG;
    }

    /** The same where it is odd enough to ask. */
    public static String odd(Design design, Link link, DataMoments moments) {
        return isLog(link) && moments.offsetSpan() > ODD ? words(design, moments) + question(design) : null;
    }

    static void warn(Design design, Link link, DataMoments moments, List<Warning> into) {
        String odd = odd(design, link, moments);
        if (odd != null) {
            into.add(new Warning("offset_not_logged", odd));
        }
    }

    private static String words(Design design, DataMoments moments) {
        String names = design.offsets().stream()
                .map(i -> bare(design.raw().get(i).name()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "the offset %s spans %.3g on the scale of the linear predictor, where 1 is a factor of 2.7",
                names,
                moments.offsetSpan());
    }

    /** What stands in the brackets of a formula's offset. */
    private static String bare(String name) {
        return name.startsWith("offset(") && name.endsWith(")") ? name.substring(7, name.length() - 1) : name;
    }

    private static String question(Design design) {
        String name = bare(design.raw().get(design.offsets().get(0)).name());
        return design.offsets().size() == 1 && !name.contains("log")
                ? ": if it is an exposure, write offset(log(" + name + ")), else look for wrong values in it"
                : ": look for wrong values in it";
    }
}
