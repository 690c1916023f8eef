package org.sparkglmm.core.design;

import java.io.Serializable;

/**
 * A column whose levels have random effects of their own.
 *
 * @param name as the formula has it
 * @param relation how its levels lie to the clusters
 */
public record GroupingFactor(String name, Relation relation) implements Serializable {
    /** How the levels of a factor lie to the clusters, the units that the likelihood is a product over. */
    public enum Relation {
        /** Its levels are the clusters: every row of a level lies in one block. */
        CLUSTER
    }

    /** The one whose levels are the clusters. */
    public static GroupingFactor ofClusters(String name) {
        return new GroupingFactor(name, Relation.CLUSTER);
    }
}
