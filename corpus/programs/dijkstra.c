// Graphs: Dijkstra over a binary heap, Bellman-Ford, Floyd-Warshall (all three agree), topological order, components.
#include <limits.h>
#include <stdint.h>
#include <stdio.h>

enum { kNodes = 80, kEdges = 500, kFar = INT_MAX / 4 };
typedef struct {
  int to, weight, next;
} Edge;
static Edge edges[kEdges];
static int heads[kNodes], from[kEdges], edge_count;
static uint32_t rng = 31;
static int random_below(int n) {
  rng = rng * 1664525u + 1013904223u;
  return (int)((rng >> 10) % (uint32_t)n);
}
static void connect(int a, int b, int w) {
  edges[edge_count] = (Edge){b, w, heads[a]};
  from[edge_count] = a;
  heads[a] = edge_count++;
}

typedef struct {
  int distance, node;
} Item;
typedef struct {
  Item items[kEdges + 1];
  int count;
} Heap;
static int before(Item a, Item b) {
  return a.distance < b.distance || (a.distance == b.distance && a.node < b.node);
}
static void heap_push(Heap* h, Item v) {
  int i = h->count++;
  while (i > 0 && before(v, h->items[(i - 1) / 2])) {
    h->items[i] = h->items[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  h->items[i] = v;
}
static Item heap_pop(Heap* h) {
  Item top = h->items[0], last = h->items[--h->count];
  int i = 0;
  for (int child; (child = 2 * i + 1) < h->count; i = child) {
    if (child + 1 < h->count && before(h->items[child + 1], h->items[child])) child++;
    if (!before(h->items[child], last)) break;
    h->items[i] = h->items[child];
  }
  h->items[i] = last;
  return top;
}

static void dijkstra(int source, int* distance) {
  static Heap h;
  for (int i = 0; i < kNodes; i++) distance[i] = kFar;
  distance[source] = 0;
  h.count = 0;
  heap_push(&h, (Item){0, source});
  while (h.count) {
    Item top = heap_pop(&h);
    if (top.distance > distance[top.node]) continue;
    for (int e = heads[top.node]; e >= 0; e = edges[e].next) {
      int d = top.distance + edges[e].weight;
      if (d < distance[edges[e].to]) {
        distance[edges[e].to] = d;
        heap_push(&h, (Item){d, edges[e].to});
      }
    }
  }
}
static int bellman_ford(int source, int* distance) {
  int rounds = 0, changed = 1;
  for (int i = 0; i < kNodes; i++) distance[i] = i == source ? 0 : kFar;
  for (; changed && rounds < kNodes; rounds++) {
    changed = 0;
    for (int e = 0; e < edge_count; e++)
      if (distance[from[e]] + edges[e].weight < distance[edges[e].to]) {
        distance[edges[e].to] = distance[from[e]] + edges[e].weight;
        changed = 1;
      }
  }
  return rounds;
}
static int all_pairs[kNodes][kNodes];
static void floyd_warshall(void) {
  for (int i = 0; i < kNodes; i++)
    for (int j = 0; j < kNodes; j++) all_pairs[i][j] = i == j ? 0 : kFar;
  for (int e = 0; e < edge_count; e++)
    if (edges[e].weight < all_pairs[from[e]][edges[e].to]) all_pairs[from[e]][edges[e].to] = edges[e].weight;
  for (int k = 0; k < kNodes; k++)
    for (int i = 0; i < kNodes; i++)
      for (int j = 0; j < kNodes; j++) {
        int d = all_pairs[i][k] + all_pairs[k][j];
        if (d < all_pairs[i][j]) all_pairs[i][j] = d;
      }
}
static int find(int* parent, int x) {
  while (parent[x] != x) x = parent[x] = parent[parent[x]];
  return x;
}

int main(void) {
  for (int i = 0; i < kNodes; i++) heads[i] = -1;
  for (int i = 1; i < kNodes; i++) {
    int a = random_below(i);
    connect(a, i, 1 + random_below(40));
  }
  while (edge_count < kEdges) {
    int a = random_below(kNodes), b = random_below(kNodes);
    connect(a, b, 5 + random_below(90));
  }
  floyd_warshall();
  int a[kNodes], b[kNodes], disagree = 0, rounds = 0;
  long total = 0;
  for (int s = 0; s < kNodes; s++) {
    dijkstra(s, a);
    rounds += bellman_ford(s, b);
    for (int i = 0; i < kNodes; i++) {
      disagree += a[i] != b[i] || a[i] != (all_pairs[s][i] > kFar ? kFar : all_pairs[s][i]);
      if (a[i] < kFar) total += a[i];
    }
  }
  printf("total %ld rounds %d disagree %d\n", total, rounds, disagree);

  // Topological order of the edges that go upwards, and union-find over the light ones.
  int indegree[kNodes] = {0}, order[kNodes], n = 0;
  for (int e = 0; e < edge_count; e++) indegree[edges[e].to] += from[e] < edges[e].to;
  for (int i = 0; i < kNodes; i++)
    if (!indegree[i]) order[n++] = i;
  for (int i = 0; i < n; i++)
    for (int e = heads[order[i]]; e >= 0; e = edges[e].next)
      if (order[i] < edges[e].to && --indegree[edges[e].to] == 0) order[n++] = edges[e].to;
  unsigned hash = 0;
  for (int i = 0; i < n; i++) hash = hash * 31 + (unsigned)order[i];
  int parent[kNodes], components = kNodes;
  for (int i = 0; i < kNodes; i++) parent[i] = i;
  for (int e = 0; e < edge_count; e++)
    if (edges[e].weight < 18) {
      int x = find(parent, from[e]), y = find(parent, edges[e].to);
      if (x != y) parent[x] = y, components--;
    }
  printf("order %d %08x components %d\n", n, hash, components);
  return 0;
}
