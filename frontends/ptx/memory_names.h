// Names of state spaces in the patterns of memory instructions.
#pragma once

#define SPACES "{,.global,.shared,.shared::cta,.local,.const,.param,.param::entry,.param::func}"
