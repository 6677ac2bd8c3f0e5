# slipway_test(NAME LAYER unit|models|views|integration|simulation|fuzz|benchmarks
#              SOURCES file... LIBS lib... [TIMEOUT seconds] [SERIAL] [COMMAND_ARGS arg...])
#
# Links the room under test, never lists its sources again. Every test gets an offscreen Qt, a fixed
# locale, a label per layer, and a temporary home made by tests/support.
function(slipway_test name)
  cmake_parse_arguments(ARG "SERIAL" "LAYER;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES AUTOMOC ON
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE slipway_options slipway_qt_options Qt6::Test ${ARG_LIBS})
  target_compile_definitions(${name} PRIVATE
    SLIPWAY_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SLIPWAY_BIN_DIR="${CMAKE_BINARY_DIR}/bin"
    SLIPWAY_SAMPLES_DIR="${CMAKE_BINARY_DIR}/samples")
  if(ARG_LAYER STREQUAL "benchmarks")
    return()  # built, and run by hand: figures are no verdicts
  endif()
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LAYER} TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;LC_ALL=C.UTF-8;TZ=UTC;QT_LOGGING_RULES=*.debug=false;${SLIPWAY_SANITIZER_OPTIONS}")
  if(ARG_SERIAL)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
