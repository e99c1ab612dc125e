// Text parsing: CSV with quotes, INI sections with look-up, splitting, trimming and number parsing of the program's
// own.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char field[8][32];
  int count;
} Row;

static const char* csv_row(const char* s, Row* row) {
  row->count = 0;
  while (*s && row->count < 8) {
    char* out = row->field[row->count++];
    int n = 0;
    if (*s == '"') {
      for (s++; *s; s++) {
        if (*s == '"') {
          if (s[1] != '"') break;
          s++;
        }
        if (n < 31) out[n++] = *s;
      }
      if (*s == '"') s++;
    } else {
      while (*s && *s != ',' && *s != '\n')
        if (n < 31)
          out[n++] = *s++;
        else
          s++;
    }
    out[n] = 0;
    if (*s == '\n') return s + 1;
    if (*s == ',') s++;
  }
  return s;
}

typedef struct {
  char section[16], key[16], value[40];
} Setting;
static Setting settings[32];
static int setting_count;

static char* trim(char* s) {
  while (*s == ' ' || *s == '\t') s++;
  char* end = s + strlen(s);
  while (end > s && (end[-1] == ' ' || end[-1] == '\t')) end--;
  *end = 0;
  return s;
}
static void copy(char* to, const char* from, size_t room) {
  size_t n = strlen(from);
  if (n >= room) n = room - 1;
  memcpy(to, from, n);
  to[n] = 0;
}
static int ini_parse(const char* text) {
  char line[80], section[16] = "";
  int bad = 0;
  setting_count = 0;
  while (*text) {
    size_t n = strcspn(text, "\n"), keep = n < sizeof line - 1 ? n : sizeof line - 1;
    memcpy(line, text, keep);
    line[keep] = 0;
    text += n + (text[n] != 0);
    char* s = trim(line);
    if (!*s || *s == ';' || *s == '#') continue;
    if (*s == '[') {
      char* close = strchr(s, ']');
      if (!close) {
        bad++;
        continue;
      }
      *close = 0;
      copy(section, trim(s + 1), sizeof section);
      continue;
    }
    char* eq = strchr(s, '=');
    if (!eq || setting_count == 32) {
      bad++;
      continue;
    }
    *eq = 0;
    Setting* e = &settings[setting_count++];
    copy(e->section, section, sizeof e->section);
    copy(e->key, trim(s), sizeof e->key);
    copy(e->value, trim(eq + 1), sizeof e->value);
  }
  return bad;
}
static const char* ini_get(const char* section, const char* key, const char* fallback) {
  for (int i = setting_count - 1; i >= 0; i--)
    if (!strcmp(settings[i].section, section) && !strcmp(settings[i].key, key)) return settings[i].value;
  return fallback;
}

static const char kCsv[] =
    "port,country,lat,lon\nGenoa,IT,44.41,8.93\n\"Palma, Mallorca\",ES,39.57,2.65\n\"The \"\"Golden\"\" "
    "Horn\",TR,41.03,28.96\n"
    "Alexandria,EG,31.2,29.92\n,,,\nend";
static const char kIni[] =
    "; ship\n[hull]\nlength = 24.5\n beam=7\nname =  Santa Clara  \n\n[sails]\ncount=3\n# lateen\nkind = "
    "lateen\n[broken\n"
    "no equals sign\n[hull]\nlength = 25\n";

int main(void) {
  Row row;
  double lat = 0;
  unsigned hash = 0;
  for (int round = 0; round < 400; round++) {
    int n = 0;
    for (const char* s = kCsv; *s; n++) {
      s = csv_row(s, &row);
      if (round == 0) {
        printf("%d:", row.count);
        for (int i = 0; i < row.count; i++) printf(" <%s>", row.field[i]);
        printf("\n");
      }
      if (n > 0 && row.count == 4) lat += atof(row.field[2]);
      for (int i = 0; i < row.count; i++)
        for (const char* c = row.field[i]; *c; c++) hash = hash * 131 + (unsigned char)*c;
    }
  }
  printf("lat %.2f hash %08x\n", lat, hash);
  int bad = 0, found = 0;
  for (int round = 0; round < 300; round++) {
    bad += ini_parse(kIni);
    found += strcmp(ini_get("hull", "name", ""), "Santa Clara") == 0;
    found += atoi(ini_get("sails", "count", "0"));
    found += atoi(ini_get("sails", "reefs", "9"));
  }
  for (int i = 0; i < setting_count; i++)
    printf("[%s] %s = %s\n", settings[i].section, settings[i].key, settings[i].value);
  printf("bad %d found %d length %s\n", bad, found, ini_get("hull", "length", "?"));
  char list[] = "alpha;beta,gamma;;delta";
  for (char* t = strtok(list, ";,"); t; t = strtok(NULL, ";,")) printf("%s/", t);
  printf("\n");
  return 0;
}
