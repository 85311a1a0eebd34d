package dev.grapevine.tck;

import dev.grapevine.Grapevine;
import dev.grapevine.codec.Codecs;
import dev.grapevine.replicated.MapChange;
import dev.grapevine.replicated.ReplicatedMap;
import org.reactivestreams.Publisher;
import org.testng.annotations.Test;

/** {@code ReplicatedMap.changes()}: first the entry that is there, then each of its changes. */
@Test
public class MapChangesTckTest extends NodeTck<MapChange<String, String>> {

    @Override
    public Publisher<MapChange<String, String>> createPublisher(long elements) {
        Grapevine node = node();
        ReplicatedMap<String, String> map = node.map("m", Codecs.utf8());
        map.put("k", "v0").block(PATIENCE);
        return fed(
                map.changes(),
                elements,
                n -> map.put("k", "v" + n).onErrorComplete().subscribe(),
                () -> node.stop().subscribe());
    }
}
