package org.sparkglmm.core.model;

import static org.sparkglmm.core.Mention.ROBUST_ERRORS;
import static org.sparkglmm.core.Mention.ZERO_MODEL;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.sparkglmm.core.Mention;
import org.sparkglmm.core.Sentence;
import org.sparkglmm.core.Suggestions;
import org.sparkglmm.core.UsageException;

/** The catalogue: every family the program knows. */
public final class Families {
    private static final List<Family> ALL = List.of(
            new GaussianFamily(),
            new BinomialFamily(),
            new PoissonFamily(),
            new NegativeBinomial1Family(false),
            new NegativeBinomial2Family(false),
            new TruncatedPoissonFamily(),
            new NegativeBinomial1Family(true),
            new NegativeBinomial2Family(true),
            new GammaFamily(),
            new LognormalFamily(),
            new InverseGaussianFamily(),
            new TweedieFamily(),
            new BetaFamily(false),
            new BetaFamily(true),
            new OrdinalFamily(List.of()));

    /** Names that R's users also type. */
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("normal", "gaussian"),
            Map.entry("bernoulli", "binomial"),
            Map.entry("logistic", "binomial"),
            Map.entry("negbin", "nbinom2"),
            Map.entry("nb", "nbinom2"),
            Map.entry("nb2", "nbinom2"),
            Map.entry("nb1", "nbinom1"),
            Map.entry("negative_binomial", "nbinom2"),
            Map.entry("nbinom", "nbinom2"),
            Map.entry("inverse.gaussian", "inversegaussian"),
            Map.entry("beta_family", "beta"),
            Map.entry("cumulative", "ordinal"),
            Map.entry("clmm", "ordinal"));

    /** What there is in the place of families that there are not. */
    private static final Map<String, Sentence> HINTS = Map.ofEntries(
            hint(
                    "quasipoisson",
                    "nbinom1, whose variance is proportional to the mean, or poisson with %s",
                    ROBUST_ERRORS),
            hint("quasibinomial", "betabinomial, or binomial with %s", ROBUST_ERRORS),
            hint("quasi", "the family of the same variance with %s", ROBUST_ERRORS),
            hint("multinomial", "ordinal, if the categories are ordered; otherwise binomial of each against one"),
            hint("categorical", "ordinal, if the categories are ordered; otherwise binomial of each against one"),
            hint("zip", "poisson with %s", ZERO_MODEL),
            hint("zinb", "nbinom2 with %s", ZERO_MODEL),
            hint("hurdle", "truncated_poisson or truncated_nbinom2 with %s", ZERO_MODEL),
            hint("exponential", "gamma; for survival times poisson of the event with offset(log(time))"),
            hint("weibull", "lognormal or gamma; for survival times poisson of the event with offset(log(time))"),
            hint("cox", "poisson of the event with offset(log(time)), one row an interval"),
            hint("student", "gaussian with %s", ROBUST_ERRORS),
            hint("t", "gaussian with %s", ROBUST_ERRORS));

    private Families() {}

    private static Map.Entry<String, Sentence> hint(String wanted, String template, Mention... values) {
        return Map.entry(wanted, Sentence.of(template, values));
    }

    public static List<Family> all() {
        return ALL;
    }

    /**
     * The family of that name.
     *
     * @throws UsageException if there is none, with the nearest name
     */
    public static Family named(String name) {
        String wanted = name.trim().toLowerCase(Locale.ROOT);
        String canonical = ALIASES.getOrDefault(wanted, wanted);
        for (Family family : ALL) {
            if (family.name().equals(canonical)) {
                return family;
            }
        }
        List<String> names = ALL.stream().map(Family::name).toList();
        if (HINTS.containsKey(wanted)) {
            throw new UsageException(Sentence.of("there is no family '%s' here; fit %s", name, HINTS.get(wanted)));
        }
        throw new UsageException(
                "unknown family '" + name + "'" + didYouMean(wanted, names) + "; known: " + String.join(", ", names));
    }

    /**
     * One of the family's links; null or empty means its default.
     *
     * @throws UsageException if the family has no such link
     */
    public static Link link(Family family, String name) {
        if (name == null || name.isBlank()) {
            return family.links().get(0);
        }
        String wanted = family.linkKnownAs(name.trim().toLowerCase(Locale.ROOT));
        for (Link link : family.links()) {
            if (link.label().equals(wanted)) {
                return link;
            }
        }
        List<String> names = family.links().stream().map(Link::label).toList();
        throw new UsageException("unknown link '" + name + "' for family " + family.name() + didYouMean(wanted, names)
                + "; its links: " + names.stream().collect(Collectors.joining(", ")));
    }

    private static String didYouMean(String wanted, List<String> known) {
        return Suggestions.nearest(wanted, known)
                .map(n -> "; did you mean '" + n + "'?")
                .orElse("");
    }
}
