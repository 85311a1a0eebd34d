package dev.grapevine.simulation;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How much can be reached from an object: of each field that is a collection, a map or an array how many elements it
 * has, in all objects that have the field together, and of each class how many objects there are. What an accessor for
 * sizes would forget shows here all the same, so that nothing can grow unseen.
 *
 * <p>Looks into classes of this library and of Reactor. Of the JDK it knows collections, arrays and atomic references.
 */
final class ObjectGraph {

    private record Visit(String path, Object object) {}

    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Deque<Visit> open = new ArrayDeque<>();
    private final TreeMap<String, Long> sizes = new TreeMap<>();
    private final List<Class<?>> foreign;

    private ObjectGraph(List<Class<?>> foreign) {
        this.foreign = foreign;
    }

    /**
     * The sizes by {@code Class.field}, {@code Class.field[]} for collections in collections, and {@code new Class}.
     *
     * @param root where to begin
     * @param foreign classes whose objects belong to somebody else: not looked into
     */
    static SortedMap<String, Long> sizes(Object root, Class<?>... foreign) {
        ObjectGraph graph = new ObjectGraph(List.of(foreign));
        graph.reach("", root);
        while (!graph.open.isEmpty()) {
            Visit visit = graph.open.pop();
            graph.look(visit.path, visit.object);
        }
        return graph.sizes;
    }

    private void reach(String path, Object object) {
        if (object == null || foreign.contains(object.getClass()) || !seen.add(object)) {
            return;
        }
        open.push(new Visit(path, object));
    }

    private void look(String path, Object object) {
        if (object.getClass().getName().startsWith("reactor.")) {
            count("new " + name(object.getClass()), 1);
            fields(object); // some of its queues can only be polled
        } else if (object instanceof Map<?, ?> map) {
            count(path, map.size());
            map.forEach((key, value) -> {
                reach(path + "[]", key);
                reach(path + "[]", value);
            });
        } else if (object instanceof Collection<?> collection) {
            count(path, collection.size());
            collection.forEach(element -> reach(path + "[]", element));
        } else if (object instanceof AtomicReference<?> reference) {
            reach(path, reference.get());
        } else if (object instanceof AtomicReferenceArray<?> array) {
            Object[] elements = new Object[array.length()];
            Arrays.setAll(elements, array::get);
            elements(path, elements);
        } else if (object instanceof Object[] array) {
            elements(path, array);
        } else if (isOurs(object.getClass())) {
            count("new " + name(object.getClass()), 1);
            fields(object);
        }
    }

    private void elements(String path, Object[] array) {
        count(path, Arrays.stream(array).filter(Objects::nonNull).count());
        for (Object element : array) {
            reach(path + "[]", element);
        }
    }

    private void count(String path, long elements) {
        sizes.merge(path, elements, Long::sum);
    }

    private static boolean isOurs(Class<?> type) {
        return !type.isEnum()
                && (type.getName().startsWith("dev.grapevine.")
                        || type.getName().startsWith("reactor."));
    }

    private void fields(Object object) {
        for (Class<?> type = object.getClass(); type != null && isOurs(type); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    reach(name(type) + "." + field.getName(), read(field, object));
                }
            }
        }
    }

    private static Object read(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (IllegalAccessException | InaccessibleObjectException e) {
            throw new IllegalStateException("Cannot look into " + field, e);
        }
    }

    /** Lambdas have another number in each run. */
    private static String name(Class<?> type) {
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda");
        return (lambda < 0 ? name : name.substring(0, lambda) + "$$Lambda")
                .substring(name.lastIndexOf('.', lambda < 0 ? name.length() : lambda) + 1);
    }
}
