# Writes the descriptions one after the other, each behind a line that names it. Copied byte for byte: CMake's own
# strings would lose what looks like a list.
file(WRITE ${BOOK} "")
foreach(file IN LISTS DESCRIPTIONS)
  get_filename_component(name ${file} NAME_WE)
  file(APPEND ${BOOK} "//// ${name}\n")
  execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${file} OUTPUT_FILE ${BOOK}.part COMMAND_ERROR_IS_FATAL ANY)
  execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${BOOK} ${BOOK}.part OUTPUT_FILE ${BOOK}.whole COMMAND_ERROR_IS_FATAL ANY)
  file(RENAME ${BOOK}.whole ${BOOK})
endforeach()
file(REMOVE ${BOOK}.part)
