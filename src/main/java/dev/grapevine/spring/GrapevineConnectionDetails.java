package dev.grapevine.spring;

import java.util.List;
import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the others are. A bean of this type takes the place of {@code grapevine.seeds}, so that tests, discovery or a
 * platform can name the seeds.
 */
@FunctionalInterface
public interface GrapevineConnectionDetails extends ConnectionDetails {

    /**
     * The seeds, asked for once, when the node is built. What changes is named by a {@code SeedProvider} bean.
     *
     * @return seeds as {@code host}, {@code host:port} or {@code srv:name}; may be empty: the node is alone until others find it
     */
    List<String> getSeeds();
}
