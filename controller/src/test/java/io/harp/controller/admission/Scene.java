package io.harp.controller.admission;

import io.harp.config.Occupied;
import io.harp.config.Parsed;
import io.harp.config.PoolSpec;
import io.harp.config.Ranges;
import io.harp.controller.admission.Question.Operation;
import io.harp.kube.ApiUnavailable;
import io.harp.kube.Fields;
import io.harp.kube.Json;
import io.harp.kube.Translate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A cluster that says what the test put there, and questions about it. */
final class Scene implements Cluster {

  static final String NAMESPACE = "metallb-system";

  private final List<Fields> pools = new ArrayList<>();
  private final Map<String, Map<String, String>> namespaces = new HashMap<>();
  private final List<Occupied> occupied = new ArrayList<>();
  private boolean away;

  Scene withPool(String name, String... addresses) {
    pools.add(pool(name, addresses));
    return this;
  }

  Scene withNamespace(String name, Map<String, String> labels) {
    namespaces.put(name, labels);
    return this;
  }

  Scene withOccupied(String by, String range) {
    occupied.add(new Occupied(by, Ranges.parse(range)));
    return this;
  }

  Scene goneAway() {
    away = true;
    return this;
  }

  Answer create(Fields pool) {
    return judge(Severity.DENY, question(Operation.CREATE, NAMESPACE, pool, Fields.NONE));
  }

  Answer update(Fields from, Fields to) {
    return judge(Severity.DENY, question(Operation.UPDATE, NAMESPACE, to, from));
  }

  Answer judge(Severity overlaps, Question question) {
    return new PoolJudge(NAMESPACE, this, overlaps).judge(question);
  }

  @Override
  public List<Parsed<PoolSpec>> pools() {
    if (away) {
      throw new ApiUnavailable("cannot list ipaddresspools: connection refused");
    }
    return pools.stream().map(Translate::pool).toList();
  }

  @Override
  public Map<String, Map<String, String>> namespaces() {
    return namespaces;
  }

  @Override
  public List<Occupied> occupied() {
    return occupied;
  }

  static Question question(Operation operation, String namespace, Fields object, Fields old) {
    Fields named = object.values().isEmpty() ? old : object;
    return new Question(
        "u1", named.text("kind"), operation, namespace, named.nameOr(""), object, old);
  }

  static Fields pool(String name, String... addresses) {
    return yamlLike(
        "IPAddressPool", name, "{'addresses': ['" + String.join("','", addresses) + "']}");
  }

  /** An object with a spec in JSON, with single quotes for better reading. */
  static Fields yamlLike(String kind, String name, String spec) {
    return json(
        "{'kind':'%s','metadata':{'name':'%s','namespace':'%s'},'spec':%s}"
            .formatted(kind, name, NAMESPACE, spec));
  }

  static Fields json(String text) {
    return Fields.of("", Json.object(text.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
  }
}
