#include "core/api/session.h"
