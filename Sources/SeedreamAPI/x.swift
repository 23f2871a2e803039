internal import Canonical
