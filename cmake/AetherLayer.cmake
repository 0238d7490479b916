# aether_layer(NAME SOURCES a.cc b.cc DEPENDS base io [LIBRARIES lib ...] [TESTS a_test.cc ...])
#
# Defines the static library aether_<NAME> for engine/<NAME> and, when tests are on, one test binary <NAME>_test.
# DEPENDS is the complete list of layers the folder may see. A check at configure time reads every #include of the
# folder and fails when it reaches outside that list, so the floors of the house hold without review.

set(AETHER_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
    -Wunused -Wnull-dereference -Wformat=2 -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  list(APPEND AETHER_WARNINGS -Wthread-safety -Wno-gnu-zero-variadic-macro-arguments)
endif()

function(aether_warnings target)
  if(AETHER_STRICT)
    target_compile_options(${target} PRIVATE ${AETHER_WARNINGS} -Werror)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # gcc 12 reports false positives of these two in inlined library code.
      target_compile_options(${target} PRIVATE -Wno-error=null-dereference -Wno-error=restrict
                             -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow
                             -Wno-error=array-bounds)
      if(AETHER_SANITIZE MATCHES "thread")
        # Fences are not modelled by the sanitizer; the accesses around them are atomic.
        target_compile_options(${target} PRIVATE -Wno-error=tsan)
      endif()
    endif()
  endif()
endfunction()

function(aether_check_layer name)
  set(allowed ${ARGN} ${name})
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.h ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  foreach(file IN LISTS files)
    file(STRINGS ${file} includes REGEX "^#include \"")
    foreach(line IN LISTS includes)
      if(line MATCHES "\"(compat|rocksdb|tests|bench)/")
        message(FATAL_ERROR "${file}: the engine must not see ${line}")
      endif()
      if(line MATCHES "\"engine/([a-z]+)/")
        if(NOT CMAKE_MATCH_1 IN_LIST allowed)
          message(FATAL_ERROR "${file}: layer ${name} may not see engine/${CMAKE_MATCH_1}")
        endif()
      endif()
    endforeach()
  endforeach()
endfunction()

function(aether_layer name)
  cmake_parse_arguments(L "" "" "SOURCES;DEPENDS;LIBRARIES;TESTS" ${ARGN})
  aether_check_layer(${name} ${L_DEPENDS})
  set(target aether_${name})
  add_library(${target} STATIC ${L_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  aether_warnings(${target})
  set(links)
  foreach(dep IN LISTS L_DEPENDS)
    list(APPEND links aether_${dep})
  endforeach()
  target_link_libraries(${target} PUBLIC ${links} ${L_LIBRARIES} Threads::Threads)
  if(EXISTS ${CMAKE_SOURCE_DIR}/engine/io/poison.h AND NOT name STREQUAL "io" AND NOT name STREQUAL "base")
    target_compile_options(${target} PRIVATE -include ${CMAKE_SOURCE_DIR}/engine/io/poison.h)
  endif()
  if(AETHER_TESTS AND L_TESTS)
    add_executable(${name}_test ${L_TESTS})
    aether_warnings(${name}_test)
    target_link_libraries(${name}_test PRIVATE ${target} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name}_test COMMAND ${name}_test)
  endif()
endfunction()
