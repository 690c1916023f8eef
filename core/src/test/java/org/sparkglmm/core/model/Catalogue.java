package org.sparkglmm.core.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.sparkglmm.core.UsageException;

/**
 * Every model of an outcome there is, for tests that run over all: families × links, with zeros of a kind of their own
 * where the family can have them, and with several numbers of categories.
 */
public final class Catalogue {
    private Catalogue() {}

    /**
     * A family ready for use with one of its links.
     *
     * @param key the family's name, zi- before it with zeros of their own kind
     */
    public record Entry(String key, Family family, Link link) {
        public ObservationModel model() {
            return family.model(link);
        }

        public boolean isZeroModified() {
            return key.startsWith("zi-");
        }

        @Override
        public String toString() {
            int k = family.auxiliary().size() + 1;
            return key + (family.takesCategories() ? " of " + k : "") + ", " + link.label();
        }

        /** Some ψ, thresholds in order; different ones for different {@code which} from -1 to 1. */
        public double[] psi(double which) {
            List<AuxiliaryParameter> own = family.auxiliary();
            double[] psi = new double[own.size()];
            for (int k = 0; k < psi.length; k++) {
                boolean threshold = own.get(k).role() == AuxiliaryParameter.Role.THRESHOLD;
                psi[k] = threshold
                        ? 0.4 * which - 0.9 + 0.8 * k + 0.1 * (1 + which) * k * k
                        : 0.3 - 0.7 * k + 1.5 * which;
            }
            return psi;
        }
    }

    /** Stream of them as arguments of a parameterized test. */
    public static Stream<Arguments> arguments() {
        return entries().stream().map(Arguments::of);
    }

    public static List<Entry> entries() {
        List<Entry> out = new ArrayList<>();
        for (Family family : families()) {
            boolean modified = family instanceof ZeroModifiedFamily;
            for (Link link : family.links()) {
                out.add(new Entry((modified ? "zi-" : "") + family.name(), family, link));
            }
        }
        return out;
    }

    private static List<Family> families() {
        List<Family> out = new ArrayList<>();
        for (Family family : Families.all()) {
            if (family.takesCategories()) {
                out.add(family.withCategories(List.of("a", "b")));
                out.add(family.withCategories(List.of("a", "b", "c")));
                out.add(family.withCategories(List.of("a", "b", "c", "d", "e")));
            } else {
                out.add(family);
            }
        }
        for (Family family : Families.all()) {
            try {
                out.add(family.withZeroInflation());
            } catch (UsageException none) {
                // It makes no sense for this one, and says so.
            }
        }
        return out;
    }
}
